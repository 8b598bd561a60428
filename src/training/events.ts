/**
 * What a run tells while it goes on. The command line prints these, one JSON object a line, without numbers that are not finite
 * (protocol/json.ts), as a perplexity beyond the largest number; the loss or the nats beside it are.
 */
export type TrainingEvent =
  | ReadingEvent
  | PreparedEvent
  | StepEvent
  | EpochEvent
  | EvaluatingEvent
  | EvaluationEvent
  | ContinuationEvent
  | FlowEvent
  | MarkEvent
  | CheckpointEvent
  | FinishedEvent
  | DivergedEvent;

/**
 * How far a run is before `prepared`: a few times a second while the text is read, and none at all if that takes no time.
 * A run that is stopped then ends with `finished`, for the reason `stopped`, and neither `prepared` nor a checkpoint.
 */
export interface ReadingEvent {
  readonly event: 'reading';
  /** What is being done, in this order; with another model's vocabulary there is none to learn. */
  readonly what: 'decoding' | 'normalising' | 'vocabulary' | 'encoding' | 'baselines';
  /** How much of that is done, from 0 to 1. */
  readonly share: number;
}

/** Once, before the first step: what will be trained on what. */
export interface PreparedEvent {
  readonly event: 'prepared';
  /** V */
  readonly vocabulary: number;
  readonly trainingTokens: number;
  readonly validationTokens: number;
  /** Shares of the training tokens, and of the validation tokens that evaluations look at, that are `<unk>`. */
  readonly trainingUnknownShare?: number;
  readonly validationUnknownShare?: number;
  /** Tells the text in use, normalised and cut to its limit, from another one. */
  readonly fingerprint?: string;
  /** Characters per token of the whole text. */
  readonly charactersPerToken: number;
  readonly parameters: number;
  readonly stepsPerEpoch: number;
  /** All the steps of the run, those before a resumption counted, if nothing stops it earlier. */
  readonly totalSteps: number;
  /** Batch and steps in use; smaller than configured if the text is short. */
  readonly batch: number;
  readonly steps: number;
  readonly engine: string;
  /** Threads that compute: another number adds in another order, and gives other last digits. */
  readonly threads: number;
  /** Sentences that a person should read, such as what was shrunk and why. */
  readonly notes: readonly string[];
  /** Perplexities, per token on the validation text, that need no network; drawn as lines. */
  readonly baselines: readonly Baseline[];
  /** One sentence in place of the evaluations' diagnosis, if there will be no evaluation. */
  readonly diagnosis?: string;
  /** The same of a run that is over. */
  readonly verdict?: string;
}

/** A model that needs no training by gradients, as a line to compare with. */
export interface Baseline {
  /** `uniform`, `unigram`, or `5-gram` and the like. */
  readonly name: string;
  readonly perplexity: number;
  /** Standard deviation of −log p over the tokens, nats. */
  readonly scatter?: number;
}

/** One update. */
export interface StepEvent {
  readonly event: 'step';
  /** From 1. */
  readonly step: number;
  /** Epochs done, with a fraction. */
  readonly epoch: number;
  /** Mean −log p of the window, nats. */
  readonly loss: number;
  readonly perplexity: number;
  /** Global norm before clipping. */
  readonly gradNorm: number;
  /** Whether clipping bit: this step is a clip event. */
  readonly clipped: boolean;
  /** min(1, θ/norm); 1 if it did not bite. */
  readonly clipScale: number;
  /** θ in force, 0 if none. */
  readonly clip: number;
  readonly learningRate: number;
  /** NaN until any time has passed on the clock. */
  readonly tokensPerSecond: number;
  /** Seconds of training so far, pauses left out. */
  readonly seconds: number;
}

/** The end of a pass over the training text. */
export interface EpochEvent {
  readonly event: 'epoch';
  readonly step: number;
  readonly epoch: number;
  /** Mean −log p per token over the epoch's windows, each measured before its update. */
  readonly nats: number;
  readonly perplexity: number;
}

/** An evaluation takes longer than a second, and no step is taken until it is over. */
export interface EvaluatingEvent {
  readonly event: 'evaluating';
  readonly step: number;
  /** Validation tokens that it looks at. */
  readonly tokens: number;
}

/** The model measured on the validation text. There is none of these if nothing is held out. */
export interface EvaluationEvent {
  readonly event: 'evaluation';
  readonly step: number;
  readonly epoch: number;
  /** Mean −log p per token, from total nats over total tokens. */
  readonly nats: number;
  readonly perplexity: number;
  /** How many of the measured tokens are `<unk>`, and their share: the perplexity does not charge them their spelling. */
  readonly unknownTokens?: number;
  readonly unknownShare?: number;
  /** Of the measured text's own characters; an `<unk>` is charged its spelling (text/spelling.ts). */
  readonly bitsPerCharacter: number;
  /** Whether it is no worse than guessing uniformly, and no earlier evaluation on this text was better. */
  readonly best: boolean;
  /** One sentence: not learning, learning, better than n-gram, memorising. Empty when there is nothing to say yet. */
  readonly diagnosis: string;
  /** The same of a run that is over, in the past. */
  readonly verdict?: string;
}

/** Text sampled from the model after a prompt. */
export interface ContinuationEvent {
  readonly event: 'continuation';
  readonly step: number;
  readonly prompt: string;
  readonly text: string;
}

/** ‖∂L/∂h_{T−k}‖ for every layer against the lag k, L the loss of the window's last step; 0 beyond where the run cuts gradients. */
export interface FlowEvent {
  readonly event: 'flow';
  readonly step: number;
  /** norms[layer][k], k = 0 … T−1 */
  readonly norms: readonly (readonly number[])[];
  /** Of a linear RNN only: what is known of its top layer. */
  readonly linear?: LinearFlow;
}

/** What algebra says of a linear RNN's gradient flow. */
export interface LinearFlow {
  /** ‖∂L/∂h_T (W_hᵀ)^k‖, k = 0 … T−1: what the layer's `norms` equal where nothing is cut. */
  readonly exact: readonly number[];
  /** Of W_h: above 1 gradients can explode, below 1 they vanish. */
  readonly spectralRadius: number;
}

/** Something a person did or should notice, drawn as a mark on the charts. */
export interface MarkEvent {
  readonly event: 'mark';
  readonly step: number;
  readonly kind: 'paused' | 'resumed' | 'stopped' | 'learningRate' | 'clip' | 'checkpoint' | 'restored';
  readonly text: string;
  /** The base learning rate from here on, where a run chose it itself. */
  readonly learningRate?: number;
}

/** The run's weights, configuration and tokenizer, as the bytes of a safetensors file. */
export interface CheckpointEvent {
  readonly event: 'checkpoint';
  readonly step: number;
  /**
   * `initial` is what the run begins with, the one thing to go back to until there is better; every other one is, as far
   * as it was measured, no worse than guessing uniformly.
   */
  readonly reason: 'initial' | 'best' | 'latest' | 'asked' | 'final';
  /** Step of the best model on this validation text so far, before a resumption too; absent if none was measured. */
  readonly bestStep?: number;
  readonly bytes: Uint8Array;
}

export interface FinishedEvent {
  readonly event: 'finished';
  readonly step: number;
  readonly reason: 'epochs' | 'maxSteps' | 'stopped' | 'earlyStopping';
  /** One sentence, in the past: the verdict of its last evaluation, or why there was none. */
  readonly diagnosis?: string;
}

/** The run stopped because it could not go on. */
export interface DivergedEvent {
  readonly event: 'diverged';
  readonly step: number;
  /** One sentence. */
  readonly why: string;
  /** One sentence: what to try. */
  readonly remedy: string;
}

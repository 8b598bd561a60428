import type { TextFlow } from '../analysis/text-flow';
import type { End } from '../generation/ending';
import type { SampledToken } from '../generation/sampled-token';
import type { UnknownText } from '../generation/unknown';
import type { GenerationConfiguration } from '../model/configuration';

export type { End } from '../generation/ending';
export type { Alternative, SampledToken } from '../generation/sampled-token';
export type { UnknownText } from '../generation/unknown';
/** The options of sampling, for pages: they know the protocol and nothing below it. */
export type { GenerationConfiguration };

/** What a continuation is asked for. */
export interface ContinueRequest {
  readonly model: string;
  readonly prompt: string;
  /** Ids of tokens that stand after the prompt already and are read as they are; none if absent. */
  readonly follow?: readonly number[];
  readonly options: GenerationConfiguration;
  readonly seed: number;
  /** Text to stop at, which is left out, for completions of a line. */
  readonly stop?: string;
  /** How many alternatives to report for each token; 0 for none. */
  readonly alternatives: number;
  /** Number of this request, which `cancel` names. */
  readonly ticket: number;
  /** Whether tokens are to be sent as they are sampled, besides the result. */
  readonly stream?: boolean;
  /** The share of one core's time that it may take, above 0, so that a training beside it is not slowed; all of it if absent. */
  readonly share?: number;
}

export interface ContinueResult {
  /** All of them, those too with which no character was complete. */
  readonly tokens: readonly SampledToken[];
  /** What follows the prompt, for display or to be inserted: whole characters, and no cluster that its length cut in two. */
  readonly text: string;
  /** Why it ended; absent if it was cancelled. */
  readonly end?: End;
  /** Whether it was cut short by `cancel`. */
  readonly cancelled: boolean;
  /** What of the prompt the model has never seen. */
  readonly unknown: UnknownText;
  /** How strange the prompt is to the model: 1 and above where it reads no better than by guessing; 0 if it is too short to tell. */
  readonly surprise: number;
  /** What a person should know of how the prompt was read, a sentence each. */
  readonly notes: readonly string[];
}

/** A continuation, and the step at which the weights that wrote it were taken. */
export interface ContinuedText extends ContinueResult {
  readonly step: number;
}

/** A text whose last token is looked at: its loss is followed back through the tokens before it. */
export interface FlowRequest {
  readonly model: string;
  readonly text: string;
  /** How many tokens to follow it back, at most. */
  readonly steps: number;
}

export type { TextFlow as FlowResult };

/** Host → generation worker, as requests of the rpc helper. */
export type GenerationMethods = {
  /**
   * Makes a model ready under a name; the newest bytes replace older ones. Few are held: those dropped for it are named, to
   * be loaded again when they are asked for. Rejects for a corrupt checkpoint.
   */
  load(argument: {
    readonly model: string;
    readonly bytes: Uint8Array;
  }): Promise<{ readonly vocabulary: number; readonly dropped: readonly string[] }>;
  continue(argument: ContinueRequest): Promise<ContinueResult>;
  /** Ends the request with this ticket as soon as it looks. */
  cancel(argument: { readonly ticket: number }): Promise<void>;
  /** How the gradient of one token's loss flows back through the text before it. */
  flow(argument: FlowRequest): Promise<TextFlow>;
  unload(argument: { readonly model: string }): Promise<void>;
};

/** Generation worker → host, besides responses: tokens as they are sampled, for a playground. */
export interface GenerationTokens {
  readonly type: 'tokens';
  readonly ticket: number;
  readonly tokens: readonly SampledToken[];
}

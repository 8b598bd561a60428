import type { Configuration } from '../model/configuration';
import type {
  ContinuationEvent,
  EvaluationEvent,
  FlowEvent,
  MarkEvent,
  PreparedEvent,
  ReadingEvent,
} from '../training/events';

/** What pages need of a run's events: they know the protocol and nothing below it. */
export type { Baseline, ContinuationEvent, EvaluationEvent, FlowEvent, MarkEvent } from '../training/events';

/** Where a run stands. */
export type RunState = 'preparing' | 'running' | 'paused' | 'finished' | 'stopped' | 'diverged' | 'failed';

/** How a run that diverged goes on from its last good model: with its gradients clipped by norm, or with a lower learning rate. */
export type Remedy = 'clip' | 'slow';

/** What every view knows of a run. */
export interface RunSummary {
  readonly id: string;
  /** For people: the cell, its size and the file, such as `GRU-256 · moby-dick.txt`. */
  readonly name: string;
  readonly source: string;
  readonly state: RunState;
  /** Whether a long evaluation keeps it from its next step. */
  readonly evaluating?: boolean;
  /** How far its text is read, while it prepares and that takes long. */
  readonly reading?: Pick<ReadingEvent, 'what' | 'share'>;
  /** Milliseconds since 1970. */
  readonly started: number;
  readonly configuration: Configuration;
  readonly prepared?: PreparedEvent;
  /** One sentence after the end: why it stopped, failed or diverged and what to try. */
  readonly message: string;
  readonly hasCheckpoint: boolean;
  /** What may be done about a divergence, the likeliest to help first; empty for every other run. */
  readonly remedies: readonly Remedy[];
  readonly latest?: LatestMetrics;
}

/** The numbers of the side bar and of the status bar. */
export interface LatestMetrics {
  readonly step: number;
  readonly totalSteps: number;
  readonly epoch: number;
  /** Training perplexity, the debiased moving average. */
  readonly perplexity: number;
  readonly validationPerplexity?: number;
  /** Of the validation text, which compares models whose tokens differ. */
  readonly bitsPerCharacter?: number;
  /** Share of its measured tokens that are `<unk>`. */
  readonly unknownShare?: number;
  readonly bestPerplexity?: number;
  readonly bestStep?: number;
  /** Of the validation text, when the model was best. */
  readonly bestBitsPerCharacter?: number;
  readonly gradNorm: number;
  /** Share of the last hundred steps that were clip events. */
  readonly clipRate: number;
  readonly learningRate: number;
  readonly tokensPerSecond: number;
  /** Estimated; absent until it can be. */
  readonly secondsLeft?: number;
  readonly seconds: number;
}

/** Steps as columns of equal length, in order. Typed arrays keep their type through `postMessage`. */
export interface StepColumns {
  readonly step: Float64Array;
  readonly epoch: Float64Array;
  readonly seconds: Float64Array;
  /** Mean −log p, nats. */
  readonly loss: Float64Array;
  readonly gradNorm: Float64Array;
  /** Below 1 at a clip event. */
  readonly clipScale: Float64Array;
  /** θ in force; 0 if none. */
  readonly clip: Float64Array;
  readonly learningRate: Float64Array;
  readonly tokensPerSecond: Float64Array;
}

/** Everything that happened in a stretch of a run; the whole run in a snapshot, the newest stretch in a delta. */
export interface RunStretch {
  readonly columns: StepColumns;
  readonly evaluations: readonly EvaluationEvent[];
  readonly continuations: readonly ContinuationEvent[];
  readonly flows: readonly FlowEvent[];
  readonly marks: readonly MarkEvent[];
}

import type { TextFlow } from '../analysis/text-flow';
import type { SampledToken } from '../generation/continue';
import type { GenerationConfiguration } from '../model/configuration';

export type { Alternative, SampledToken } from '../generation/continue';
/** The options of sampling, for pages: they know the protocol and nothing below it. */
export type { GenerationConfiguration };

/** What a continuation is asked for. */
export interface ContinueRequest {
  readonly model: string;
  readonly prompt: string;
  readonly options: GenerationConfiguration;
  readonly seed: number;
  /** Stop at the first token that contains this (it is left out), for completions of a line. */
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
  readonly tokens: readonly SampledToken[];
  /** Whether it was cut short by `cancel`. */
  readonly cancelled: boolean;
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

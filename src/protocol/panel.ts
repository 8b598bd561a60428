import type { GenerationConfiguration } from '../model/configuration';
import type { ContinuedText, SampledToken } from './generation';
import type { RequestMessage, ResponseMessage } from './rpc';
import type { Remedy, RunStretch, RunSummary } from './runs';

/** Most runs that may be compared with the one in front. */
export const mostCompared = 5;

/** Host → panel. The host owns truth: one snapshot when the page says ready (or is shown again), then deltas. */
export type ToPanel =
  | {
      readonly type: 'snapshot';
      /** The run in front. Undefined when there is none. */
      readonly current?: string;
      /** All runs that can be chosen, newest first. */
      readonly runs: readonly RunSummary[];
      /** Histories of the run in front and of those it is compared with. */
      readonly histories: readonly { readonly run: string; readonly history: RunStretch }[];
    }
  /** A run's newest stretch and its summary. Sent only while the page is visible. */
  | { readonly type: 'delta'; readonly summary: RunSummary; readonly stretch: RunStretch }
  /** Summaries changed (a run was added, renamed, removed). */
  | { readonly type: 'runs'; readonly runs: readonly RunSummary[] }
  /** Tokens of a playground request, as they are sampled. */
  | { readonly type: 'tokens'; readonly ticket: number; readonly tokens: readonly SampledToken[] }
  | ResponseMessage;

/** Panel → host. */
export type FromPanel =
  | { readonly type: 'ready' }
  /** Put another run in front, with others to compare; answered by a snapshot. */
  | { readonly type: 'show'; readonly run: string; readonly compare: readonly string[] }
  | { readonly type: 'pause'; readonly run: string }
  | { readonly type: 'resume'; readonly run: string }
  | { readonly type: 'stop'; readonly run: string }
  | { readonly type: 'checkpoint'; readonly run: string }
  | { readonly type: 'adjust'; readonly run: string; readonly lr?: number; readonly clip?: number }
  /** Let a run that diverged go on from its last good model. */
  | { readonly type: 'mend'; readonly run: string; readonly remedy: Remedy }
  /** Run again with the same text, after the person has changed what they like. */
  | { readonly type: 'again'; readonly run: string }
  /** Start a run: on the active file, or on the sample text. */
  | { readonly type: 'train'; readonly on: 'file' | 'sample' }
  /** Open the settings of this extension. */
  | { readonly type: 'settings' }
  | RequestMessage;

/** Panel → host requests. */
export type PanelMethods = {
  /** The playground: streams `tokens` messages with this ticket, then resolves. */
  continue(argument: {
    readonly run: string;
    readonly prompt: string;
    /** Ids of tokens that stand after the prompt already, as they came; none if absent. */
    readonly follow?: readonly number[];
    readonly options: GenerationConfiguration;
    readonly seed: number;
    readonly ticket: number;
  }): Promise<ContinuedText>;
  cancel(argument: { readonly ticket: number }): Promise<void>;
  /** Saves a chart or its data where the person says. Resolves to whether it was saved. */
  save(argument: { readonly name: string; readonly bytes: Uint8Array }): Promise<boolean>;
};

/** Kept by the page through reloads (`setState`), and given to `WebviewPanelSerializer`. */
export interface PanelMemory {
  readonly run?: string;
  readonly compare?: readonly string[];
  /** Which colour and symbol each run on the charts has, by its id: an index from 0. */
  readonly colours?: { readonly [run: string]: number };
  readonly xAxis?: 'step' | 'epoch' | 'time';
  readonly smoothing?: number;
  readonly hidden?: readonly string[];
  /** Parts of the page that are unfolded, by their names. */
  readonly unfolded?: readonly string[];
  /** Everything is larger, as for a projector. */
  readonly present?: boolean;
  /** The part of the axis that is magnified; absent while everything is shown. */
  readonly range?: readonly [number, number];
  /** What stands in the playground, if something was done there. */
  readonly playground?: PlaygroundMemory;
  /** What stood there while other runs were in front, by their ids; of the last few of them. */
  readonly playgrounds?: { readonly [run: string]: PlaygroundMemory };
  /** Step of the continuation that is shown; absent while the newest is. */
  readonly continuation?: number;
  /** How far the page is scrolled, pixels. */
  readonly scroll?: number;
}

/** What stands in the playground. */
export interface PlaygroundMemory {
  readonly prompt: string;
  /** What the fields say, by their names, as it was typed. */
  readonly fields: { readonly [name: string]: string };
  readonly text: TokenTextMemory;
  /** The step of the weights that wrote the tokens; absent while it is unknown. */
  readonly step?: number;
}

/** A token in the playground. */
export interface ShownToken extends SampledToken {
  /** How its alternatives were drawn, such as `at temperature 0.8, top-k 5`. */
  readonly how?: string;
}

/** Sampled tokens and what they follow. */
export interface TokenTextMemory {
  readonly prompt: string;
  /** The oldest of very many tokens, without what they might have been. */
  readonly passed?: PassedTokens;
  readonly tokens: readonly ShownToken[];
}

/** Tokens of which only the text is shown. */
export interface PassedTokens {
  readonly ids: readonly number[];
  readonly text: string;
}

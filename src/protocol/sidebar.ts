import type { RunSummary } from './runs';

/** Host → the side bar's metrics page. */
export type ToSidebar =
  /** The run in front, or undefined when there is none. At most 10 a second, only while visible. */
  {
    readonly type: 'run';
    readonly run?: RunSummary;
    readonly sparklines: Sparklines;
  };

/** The whole of a run in about two hundred points a curve, oldest first. */
export interface Sparklines {
  /** Of the training, averaged as on the panel. */
  readonly perplexity: readonly number[];
  readonly validation: readonly number[];
  readonly gradNorm: readonly number[];
  readonly tokensPerSecond: readonly number[];
}

/** Side bar → host. */
export type FromSidebar =
  | { readonly type: 'ready' }
  | { readonly type: 'pause'; readonly run: string }
  | { readonly type: 'resume'; readonly run: string }
  | { readonly type: 'stop'; readonly run: string }
  | { readonly type: 'openPanel' }
  | { readonly type: 'train'; readonly on: 'file' | 'sample' };

import type { Configuration } from '../model/configuration';
import type { TrainingEvent } from '../training/events';

/** What the training worker is given when it starts (as `workerData`). */
export interface TrainingRequest {
  /** UTF-8 bytes of the text, shared so that nothing is copied. */
  readonly text: Uint8Array;
  /** Named in messages, for example a file's name. */
  readonly source: string;
  readonly configuration: Configuration;
  /** Bytes of a checkpoint to go on from. */
  readonly resume?: Uint8Array;
  /** Absolute path of the folder `dist`. */
  readonly dist: string;
  /** Begin with the greatest learning rate up to this one that holds, found by a few steps at each. */
  readonly steadyFrom?: number;
}

/** Host → training worker. */
export type ToTraining =
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  | { readonly type: 'stop' }
  /** Save now. */
  | { readonly type: 'checkpoint' }
  /** Change what may change while training goes on. */
  | { readonly type: 'adjust'; readonly lr?: number; readonly clip?: number };

/** Training worker → host. */
export type FromTraining =
  /** In order, batched at 10 Hz. */
  | { readonly type: 'events'; readonly events: readonly TrainingEvent[] }
  /** The run cannot go on; `user` says that the message is a person's to mend and complete as it is. */
  | { readonly type: 'failed'; readonly message: string; readonly user: boolean; readonly stack?: string };

import type { Streams } from './streams';

/** Where a command's output goes and where its files are. */
export interface Surroundings extends Pick<Streams, 'out' | 'say'> {
  /** Absolute path of the folder `dist`. */
  readonly dist: string;
  readonly streams: Streams;
}

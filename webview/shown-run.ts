import type { RunSummary } from '../src/protocol/runs';
import type { RunHistory } from './history';

/** A run on the charts. */
export interface ShownRun {
  summary: RunSummary;
  readonly history: RunHistory;
  /** Its place in the palette, and among the symbols that tell runs apart where colour does not. */
  readonly colour: number;
}

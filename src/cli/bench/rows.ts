import { gates, type ModelShape, modelSchema } from '../../model/configuration';

/** One configuration that is timed. */
export interface Row {
  readonly name: string;
  readonly shape: ModelShape;
  /** T */
  readonly steps: number;
  /** B */
  readonly batch: number;
}

function row(name: string, shape: Partial<ModelShape>, batch: number, steps: number): Row {
  return { name, shape: { ...modelSchema.parse({}), vocabulary: 28, ...shape }, batch, steps };
}

/** The six configurations of the table. */
export const rows: readonly Row[] = [
  row('GRU-256', { cell: 'gru' }, 32, 35),
  row('RNN-256', { cell: 'rnn' }, 32, 35),
  row('LSTM-256', { cell: 'lstm' }, 32, 35),
  row('GRU-32', { cell: 'gru', hidden: 32 }, 1024, 32),
  row('2×LSTM-128', { cell: 'lstm', hidden: 128, layers: 2, vocabulary: 65 }, 50, 50),
  row('2×LSTM-512', { cell: 'lstm', hidden: 512, layers: 2, vocabulary: 65 }, 100, 50),
];

/** Arithmetic of one training step, in GFLOP: every matrix product forward and twice backward; one-hot inputs cost none. */
export function arithmetic({ shape, steps, batch }: Row): number {
  const { hidden: H, layers: L, vocabulary: V, cell } = shape;
  return (6 * steps * batch * (H * gates[cell] * H * (2 * L - 1) + H * V)) / 1e9;
}

/** Several measurements of one time. */
export interface Timing {
  /** Milliseconds: the median of the rounds' medians. */
  readonly median: number;
  /** The fastest and the slowest round's median. */
  readonly low: number;
  readonly high: number;
}

/** The middle of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Median and spread of the rounds. */
export function timing(rounds: readonly number[]): Timing {
  return { median: median(rounds), low: Math.min(...rounds), high: Math.max(...rounds) };
}

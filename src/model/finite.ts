import type { ModelConfiguration } from './configuration';

/** The largest 32-bit float. */
const largestFloat = 3.4028234663852886e38;

/**
 * Moments beyond which training cannot go on: with such a first one the next step overflows, and an optimizer that divides by
 * such a second one stands still. A gradient whose square is in range leaves a first one that is.
 */
const largestFirst = 1e18;
const largestSecond = 1e30;

/**
 * A memory cell gains at most 1 a step, and its 32-bit float grows no more once that is below its precision.
 * A hidden state is at most 1 after any activation but ReLU and the identity. Both with a margin for rounding.
 */
const largestCell = 2 ** 25;
const largestHidden = 1.01;
const largestUnbounded = 1e30;

/** Whether all values lie between two bounds; NaN never does. */
function within(values: Float32Array, least: number, most: number): boolean {
  for (let i = 0; i < values.length; i++) if (!(values[i] >= least && values[i] <= most)) return false;
  return true;
}

/** Whether all values are finite. */
export function areFinite(values: Float32Array): boolean {
  return within(values, -largestFloat, largestFloat);
}

/** What training goes on with besides the weights. */
export interface TrainingState {
  readonly first: Float32Array; // (N)
  readonly second: Float32Array; // (N)
  readonly hidden: Float32Array; // (L, B, H)
  readonly cell: Float32Array; // (L, B, H) or (0)
}

/** Whether an optimizer can go on with its moments: not after gradients whose squares are out of range. */
export function areUsableMoments({ first, second }: Pick<TrainingState, 'first' | 'second'>): boolean {
  return within(first, -largestFirst, largestFirst) && within(second, 0, largestSecond);
}

/** Whether a model can have left such a state, and go on from it. */
export function isUsableState(
  { cell: kind, activation }: ModelConfiguration,
  { hidden, cell }: Pick<TrainingState, 'hidden' | 'cell'>,
): boolean {
  const most = kind === 'rnn' && activation !== 'tanh' ? largestUnbounded : largestHidden;
  return within(hidden, -most, most) && within(cell, -largestCell, largestCell);
}

/** What of a training is out of range, so that it cannot go on; undefined if nothing is. */
export function whatOverflowed(
  model: ModelConfiguration,
  parameters: Float32Array,
  state: TrainingState,
): string | undefined {
  if (!areFinite(parameters)) return 'weights';
  if (!areUsableMoments(state)) return 'moments of the optimizer';
  return isUsableState(model, state) ? undefined : 'hidden state';
}

import type { TrainingConfiguration } from '../model/configuration';

// T steps, B batch.

/** How gradients are truncated; part of a run's training configuration. */
export type Truncation = Pick<
  TrainingConfiguration,
  'truncation' | 'truncateEvery' | 'truncateProbability' | 'truncateLength' | 'truncateAlpha'
>;

/** What truncation remembers from window to window. */
export interface TruncationMemory {
  /** Steps since the last cut of each row. */
  readonly sinceCut: number[]; // (B)
}

/** Largest probability of a cut, so that a gradient which passes is weighted by 100 at most. */
const mostProbable = 0.99;

/** A memory for B rows that begin now. */
export function createTruncationMemory(batch: number): TruncationMemory {
  return { sinceCut: new Array<number>(batch).fill(0) };
}

/**
 * What multiplies the gradient that flows from step t+1 back into step t of row b (`Pass.carry`).
 * - `none`: ones.
 * - `fixed`: 0 after every K steps of the row, counted across windows, else 1; only ones if K is 0.
 * - `random`: 0 with probability c and else 1/(1−c), so that its expectation is 1 and the window's gradient unbiased (Tallec and
 *   Ollivier, arXiv:1705.08209); c is constant or (α−1)/((α−2)L₀+δt), with δt the steps since the row's last cut, from 1.
 * @param random uniform in [0, 1); asked T·B times for random truncation and otherwise never
 * @param memory brought up to date
 * @returns (T, B)
 */
export function carryFor(
  truncation: Truncation,
  steps: number,
  batch: number,
  random: () => number,
  memory: TruncationMemory,
): Float32Array {
  const carry = new Float32Array(steps * batch).fill(1); // (T, B)
  const { sinceCut } = memory;
  for (let t = 0; t < steps; t++) {
    for (let b = 0; b < batch; b++) {
      const since = ++sinceCut[b];
      let cut = false;
      if (truncation.truncation === 'fixed') cut = truncation.truncateEvery > 0 && since >= truncation.truncateEvery;
      else if (truncation.truncation === 'random') {
        const c = cutProbability(truncation, since);
        cut = random() < c;
        carry[t * batch + b] = 1 / (1 - c);
      }
      if (cut) {
        carry[t * batch + b] = 0;
        sinceCut[b] = 0;
      }
    }
  }
  return carry;
}

/** Whether a window of T steps is cut anywhere but at its edge. */
export function cutsWithin({ truncation, truncateEvery }: Truncation, steps: number): boolean {
  return truncation === 'random' || (truncation === 'fixed' && truncateEvery > 0 && truncateEvery < steps);
}

/**
 * The cuts of a window that stands alone, to look at a gradient as training sees it. Fixed cuts lie so that one falls on the
 * window's edge: its last step reaches as far back as any, K steps with itself.
 * @returns (T, B); undefined if nothing is cut
 */
export function carryAlone(
  truncation: Truncation,
  steps: number,
  batch: number,
  random: () => number,
): Float32Array | undefined {
  if (!cutsWithin(truncation, steps)) return undefined;
  const memory = createTruncationMemory(batch);
  if (truncation.truncation === 'fixed') {
    const K = truncation.truncateEvery;
    memory.sinceCut.fill((K - (steps % K)) % K);
  }
  return carryFor(truncation, steps, batch, random, memory); // (T, B)
}

/** The probability of a cut, `since` steps after the last one, from 1. */
export function cutProbability(truncation: Truncation, since: number): number {
  const { truncateProbability, truncateLength: L0, truncateAlpha: alpha } = truncation;
  const c = truncateProbability || (alpha - 1) / ((alpha - 2) * L0 + since);
  return Math.min(c, mostProbable);
}

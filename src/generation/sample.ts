import { OverflowError } from '../model/overflow';

// V vocabulary.

/** How a distribution is sharpened and cut before a token is drawn from it. */
export interface SamplingOptions {
  /** Above 1 flattens, below 1 sharpens; 0 takes the likeliest token. */
  readonly temperature: number;
  /** Keep only this many likeliest tokens; 0 keeps all. */
  readonly topK: number;
  /** Keep the likeliest tokens that together reach this probability, at least one; 1 keeps all. */
  readonly topP: number;
}

/**
 * The distribution that a token is drawn from: temperature first, then top-k, then top-p, then scaled to sum to 1.
 * At temperature 0 the likeliest token has it all; ties go to the lower id.
 * @param logProbabilities (V), nats, finite or −∞
 * @returns probabilities (V)
 * @throws OverflowError if a value is NaN or +∞, or if all are −∞
 */
export function distribution(logProbabilities: Float32Array | Float64Array, options: SamplingOptions): Float64Array {
  const best = likeliest(logProbabilities);
  const { temperature, topK, topP } = options;
  const probabilities = new Float64Array(logProbabilities.length); // (V)
  if (temperature === 0) {
    probabilities[best] = 1;
    return probabilities;
  }
  const greatest = logProbabilities[best];
  for (let i = 0; i < probabilities.length; i++) {
    probabilities[i] = Math.exp((logProbabilities[i] - greatest) / temperature);
  }
  if ((topK > 0 && topK < probabilities.length) || topP < 1) cutTail(probabilities, topK, topP);
  const total = sum(probabilities);
  for (let i = 0; i < probabilities.length; i++) probabilities[i] /= total;
  return probabilities;
}

/**
 * Draws one token.
 * @param logProbabilities (V), nats, finite or −∞
 * @param random uniform in [0, 1); not asked at temperature 0
 * @returns its id, never one of probability 0
 * @throws OverflowError if a value is NaN or +∞, or if all are −∞
 */
export function sampleToken(
  logProbabilities: Float32Array | Float64Array,
  options: SamplingOptions,
  random: () => number,
): number {
  if (options.temperature === 0) return likeliest(logProbabilities);
  return draw(distribution(logProbabilities, options), random());
}

/**
 * The id where the running sum of probabilities passes `u`.
 * @param probabilities (V), summing to 1
 * @param u uniform in [0, 1)
 */
export function draw(probabilities: Float64Array, u: number): number {
  let last = 0;
  let reached = 0;
  for (let i = 0; i < probabilities.length; i++) {
    if (probabilities[i] === 0) continue;
    last = i;
    reached += probabilities[i];
    if (u < reached) return i;
  }
  return last; // rounding left the sum just below u
}

/** Ids from the likeliest on, at most `count`, without those of probability 0; ties go to the lower id. */
export function ranked(probabilities: Float64Array, count: number): number[] {
  const top: number[] = [];
  for (let id = 0; id < probabilities.length; id++) {
    const p = probabilities[id];
    if (p === 0 || (top.length === count && p <= probabilities[top[count - 1]])) continue;
    let at = top.length;
    while (at > 0 && probabilities[top[at - 1]] < p) at--;
    top.splice(at, 0, id);
    if (top.length > count) top.pop();
  }
  return top;
}

/** Index of the greatest value, the first of equals. */
function likeliest(logProbabilities: Float32Array | Float64Array): number {
  let best = -1;
  let greatest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < logProbabilities.length; i++) {
    const value = logProbabilities[i];
    if (Number.isNaN(value) || value === Number.POSITIVE_INFINITY) throw new OverflowError();
    if (value > greatest) {
      greatest = value;
      best = i;
    }
  }
  if (best < 0) throw new OverflowError();
  return best;
}

/** Sets to 0 what top-k and then top-p leave out. `probabilities` need not sum to 1. */
function cutTail(probabilities: Float64Array, topK: number, topP: number): void {
  const order = Array.from(probabilities.keys()).sort((a, b) => probabilities[b] - probabilities[a] || a - b);
  let kept = topK > 0 ? Math.min(topK, order.length) : order.length;
  if (topP < 1) {
    const goal = topP * order.slice(0, kept).reduce((total, id) => total + probabilities[id], 0);
    let reached = 0;
    for (let i = 0; i < kept; i++) {
      reached += probabilities[order[i]];
      if (reached >= goal) kept = i + 1;
    }
  }
  for (let i = kept; i < order.length; i++) probabilities[order[i]] = 0;
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

import type { Ids } from '../text/ids';
import { finish, type Work, within } from '../text/work';
import type { Baseline } from './events';
import { NgramCounts } from './ngrams';

/** Tokens of the longest n-gram. */
const order = 6;

/** Training tokens that are counted, those nearest to the validation text; more would take long and change little. */
export const mostTraining = 2_000_000;

/** Validation tokens that are measured, those that evaluations look at. */
export const mostValidation = 200_000;

/** Validation tokens that are measured between two yields: some milliseconds. */
const slice = 1 << 12;

/**
 * Perplexities per token on the validation text of models that need no gradients: uniform, unigram, and interpolated
 * n-grams from 2 to 6. Like a network that begins with the validation text, they predict every token of it but the first,
 * from those of it that came before.
 * @param vocabulary V
 * @returns none if the validation text has fewer than two tokens
 */
export function baselines(training: Ids, validation: Ids, vocabulary: number): Baseline[] {
  return finish(measuringBaselines(training, validation, vocabulary));
}

/** The same bit by bit. */
export function* measuringBaselines(training: Ids, validation: Ids, vocabulary: number): Work<Baseline[]> {
  if (validation.length < 2) return [];
  const counts = new NgramCounts(order);
  const counted = training.subarray(Math.max(0, training.length - mostTraining));
  const measured = Math.min(validation.length, mostValidation);
  const share = counted.length / (counted.length + measured);
  yield* within(0, share, counts.adding(counted));
  counts.restart();
  const nats = new Float64Array(order); // (order)
  const squares = new Float64Array(order); // (order)
  const probabilities = new Float64Array(order); // (order)
  for (let i = 0; i < measured; i++) {
    counts.read(validation[i], 1 / vocabulary, probabilities);
    if (i % slice === 0) yield share + ((1 - share) * i) / measured;
    if (i === 0) continue;
    for (let n = 0; n < order; n++) {
      const surprise = -Math.log(probabilities[n]);
      nats[n] += surprise;
      squares[n] += surprise * surprise;
    }
  }
  return [
    { name: 'uniform', perplexity: vocabulary, scatter: 0 },
    ...Array.from(nats, (sum, n) => {
      const mean = sum / (measured - 1);
      return {
        name: n === 0 ? 'unigram' : `${n + 1}-gram`,
        perplexity: Math.exp(mean),
        scatter: Math.sqrt(Math.max(0, squares[n] / (measured - 1) - mean * mean)),
      };
    }),
  ];
}

/** The baseline with the lowest perplexity; undefined if there is none. */
export function bestBaseline(all: readonly Baseline[]): Baseline | undefined {
  return all.reduce<Baseline | undefined>(
    (best, one) => (best && best.perplexity <= one.perplexity ? best : one),
    undefined,
  );
}

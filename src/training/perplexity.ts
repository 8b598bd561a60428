import { createState, type Engine } from '../engine/engine';
import { computed } from '../model/overflow';
import type { Stretch } from '../text/spelling';
import type { Ids } from '../text/tokenizer';
import { UserError } from '../text/user-error';

/** A sum of −log p over tokens. Perplexity is taken from the sums, never as a mean of perplexities. */
export class Likelihood {
  nats = 0;
  tokens = 0;

  add(part: { readonly nats: number; readonly tokens: number }): void {
    this.nats += part.nats;
    this.tokens += part.tokens;
  }

  /** Mean −log p per token, in nats; NaN before the first token. */
  get mean(): number {
    return this.nats / this.tokens;
  }

  /** exp(total nats / total tokens); ∞ from 710 nats on. */
  get perplexity(): number {
    return Math.exp(this.mean);
  }

  /**
   * Bits per character of the text, which compares tokenizers: those of the tokens and those that spell what is `<unk>`.
   * @param stretch of the tokens that were measured
   */
  bitsPerCharacter({ characters, unknownBits }: Stretch): number {
    return (this.nats / Math.LN2 + unknownBits) / characters;
  }
}

/** A debiased exponential moving average: Σ βⁿ⁻ⁱ xᵢ / Σ βⁿ⁻ⁱ. */
export class MovingAverage {
  private sum = 0;
  private weight = 0;

  /** @param beta in [0, 1): how much of the past is kept */
  constructor(private readonly beta: number) {}

  add(x: number): void {
    this.sum = this.beta * this.sum + x;
    this.weight = this.beta * this.weight + 1;
  }

  /** NaN before the first value. */
  get value(): number {
    return this.sum / this.weight;
  }
}

/**
 * Refuses a text that is too short to be measured: the first token is only read.
 * @param source names the text in the message
 * @throws UserError for fewer than two tokens
 */
export function checkMeasurable(ids: Ids, source: string): void {
  if (ids.length >= 2) return;
  const held = ids.length === 1 ? 'a single token' : 'no token';
  throw new UserError(
    `${source} has ${held}, and at least two are needed: the first is only read; choose a longer text.`,
  );
}

/**
 * Refuses to call a number what a model's overflowing weights left of one.
 * @param nats −log p, of one token or of many
 * @param source names the text in the message
 * @throws UserError if it is not finite
 */
export function checkMeasured(nats: number, source: string): void {
  if (Number.isFinite(nats)) return;
  throw new UserError(
    `The model gives ${source} no finite likelihood: its weights have grown too large, as in a run that diverged; use an earlier checkpoint.`,
  );
}

/**
 * Measures a model on token ids, at least two: `batch` rows side by side, each from a zero state, in windows of at most `steps`. Fewer than
 * `batch` tokens at the end are left out so that the rows are equally long: measured are as many as the result says, from the
 * second token on.
 * Yields after every window, so that a long text can be interrupted.
 */
export function* evaluate(engine: Engine, ids: Ids, batch: number, steps: number): Generator<void, Likelihood> {
  const B = Math.max(1, Math.min(batch, ids.length - 1));
  const row = Math.floor((ids.length - 1) / B);
  const state = createState(engine.shape, B);
  const sum = new Likelihood();
  for (let start = 0; start < row; start += steps) {
    const T = Math.min(steps, row - start);
    const inputs = new Int32Array(T * B); // (T, B)
    const targets = new Int32Array(T * B); // (T, B)
    for (let t = 0; t < T; t++) {
      for (let b = 0; b < B; b++) {
        const at = b * row + start + t;
        inputs[t * B + b] = ids[at];
        targets[t * B + b] = ids[at + 1];
      }
    }
    sum.add(engine.evaluate({ steps: T, batch: B, inputs, targets }, state));
    yield;
  }
  return sum;
}

/**
 * Total nats and tokens of a text under a model, as `recurrent evaluate` prints them.
 * @throws OverflowError if the nats are not finite
 */
export function evaluateAll(engine: Engine, ids: Ids, batch: number, steps: number): Likelihood {
  const measuring = evaluate(engine, ids, batch, steps);
  let next = measuring.next();
  while (!next.done) next = measuring.next();
  computed(next.value.nats);
  return next.value;
}

import type { State } from '../engine/engine';
import type { TokenStream } from '../text/token-stream';
import type { Tokenizer } from '../text/tokenizer';
import { ranked } from './sample';
import type { Alternative } from './sampled-token';

// N choices, V vocabulary.

/** What may come next. */
export interface Choices {
  /** Of each choice under the model, nats; they sum to 1. */
  readonly logProbabilities: Float32Array | Float64Array; // (N)
  /** The same, and −∞ of what may not come. */
  readonly allowed: Float32Array | Float64Array; // (N)
  /** The ids that a choice adds. */
  ids(choice: number): readonly number[];
  /** The text that is complete with a choice, and the decoder that goes on from it. */
  decode(choice: number): { readonly text: string; readonly stream: TokenStream };
  /** The state after all ids of a choice but its last, one row, to be read on in. */
  state(choice: number): State;
  /** The tokens that may come after a choice; undefined if all may. */
  after(choice: number): readonly number[] | undefined;
}

/**
 * What may come after tokens that were read: each token of the vocabulary, but neither `<unk>` nor bytes that would be no text.
 * @param row log-probabilities (V), valid as long as the choices are used
 * @param only tokens that may come; all if absent
 */
export function nextTokens(
  row: Float32Array,
  tokenizer: Tokenizer,
  stream: TokenStream,
  state: State,
  only?: readonly number[],
): Choices {
  return {
    logProbabilities: row,
    allowed: allowedOf(row, tokenizer, stream, only),
    ids: (id) => [id],
    decode: (id) => {
      const further = stream.fork();
      return { text: further.next(id), stream: further };
    },
    state: () => state,
    after: () => undefined,
  };
}

/** A row (V) with −∞ for what may not come next; the row itself if nothing else would be left. */
export function allowedOf(
  row: Float32Array,
  { unknown }: Tokenizer,
  stream: TokenStream,
  only?: readonly number[],
): Float32Array {
  const unfit = stream.unfit();
  if (unknown < 0 && unfit.length === 0 && !only) return row;
  const allowed = only ? new Float32Array(row.length).fill(Number.NEGATIVE_INFINITY) : row.slice(); // (V)
  for (const id of only ?? []) allowed[id] = row[id];
  for (const id of unfit) allowed[id] = Number.NEGATIVE_INFINITY;
  if (unknown >= 0) allowed[unknown] = Number.NEGATIVE_INFINITY;
  if (only || allowed.some((value) => value !== Number.NEGATIVE_INFINITY)) return allowed;
  return row;
}

/** Whether anything may come. A value that is no number counts: sampling says what is wrong with it. */
export function mayGoOn({ allowed }: Choices): boolean {
  return allowed.some((value) => value !== Number.NEGATIVE_INFINITY);
}

/**
 * The likeliest choices of a distribution, best first.
 * @param probabilities they are drawn with (N)
 */
export function alternativesOf(choices: Choices, probabilities: Float64Array, count: number): Alternative[] {
  return ranked(probabilities, count).map((choice) => ({
    ...written(choices, choice),
    probability: probabilities[choice],
  }));
}

/** What a choice is for whoever reads it. */
export function written(choices: Choices, choice: number): Omit<Alternative, 'probability'> {
  const { text, stream } = choices.decode(choice);
  const { piece } = stream;
  return {
    text,
    ...(piece && { piece }),
    ids: choices.ids(choice),
    bits: bitsOf(choices, choice),
  };
}

/** −log2 p of a choice under the model. */
export function bitsOf({ logProbabilities }: Choices, choice: number): number {
  // −0 would be written as such.
  return Math.max(0, -logProbabilities[choice] / Math.LN2);
}

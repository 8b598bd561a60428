import { createState, type Engine } from '../engine/engine';
import { computed } from '../model/overflow';
import { type Normalization, normalize } from '../text/normalize';
import type { Ids, Tokenizer } from '../text/tokenizer';
import { segmentWords } from '../text/words';

// V vocabulary.

/** A token of a text, and how little the model expected it. */
export interface SurprisingToken {
  /** As it stands in the (normalised) text, also where the model reads `<unk>`. */
  readonly text: string;
  /** Where it starts in the (normalised) text, UTF-16 units. */
  readonly start: number;
  /** −log2 p given what came before; of `<unk>`, whatever stands there, if the model reads that. */
  readonly bits: number;
  /** Whether the model reads `<unk>`. */
  readonly unknown: boolean;
}

/**
 * Surprise of each token, in bits: −log2 p(token given those before it), from a zero state. Of the first it is what the model
 * expects at that state, softmax(b_q). Yields one by one, so that long texts can be given up.
 * @throws OverflowError if one is not finite
 */
export function* surprise(engine: Engine, ids: Ids): Generator<number, void> {
  if (ids.length === 0) return;
  const state = createState(engine.shape, 1);
  const input = new Int32Array(1); // (1)
  yield computed(firstSurprise(engine.parameters.get('b_q'), ids[0]));
  for (let i = 0; i + 1 < ids.length; i++) {
    input[0] = ids[i];
    const logProbabilities = engine.step(input, state); // (1, V)
    yield Math.max(0, computed(-logProbabilities[ids[i + 1]] / Math.LN2));
  }
}

/** −log2 softmax(b)[id]. @param b (V) */
function firstSurprise(b: Float32Array, id: number): number {
  const greatest = b.reduce((a, c) => Math.max(a, c), Number.NEGATIVE_INFINITY);
  const sum = b.reduce((total, value) => total + Math.exp(value - greatest), 0);
  return (Math.log(sum) + greatest - b[id]) / Math.LN2;
}

/**
 * The tokens of a text with their surprise. Subwords that are no whole character give their bits to the one that
 * completes it.
 * @param how what was done to the text that the model learnt, and is done to this one
 */
export function* surpriseOfText(
  engine: Engine,
  tokenizer: Tokenizer,
  text: string,
  how: Normalization = 'none',
): Generator<SurprisingToken, void> {
  const normalized = normalize(text, how, tokenizer.form);
  const ids = tokenizer.encode(normalized);
  const pieces = piecesOf(tokenizer, normalized, ids);
  let start = 0;
  let owed = 0;
  let at = 0;
  for (const bits of surprise(engine, ids)) {
    const piece = pieces.next().value ?? '';
    const unknown = ids[at++] === tokenizer.unknown;
    owed += bits;
    if (piece === '') continue;
    yield { text: piece, start, bits: owed, unknown };
    start += piece.length;
    owed = 0;
  }
}

/** The part of the text that each id stands for; empty while a character still lacks bytes. */
function* piecesOf(tokenizer: Tokenizer, text: string, ids: Ids): Generator<string, undefined> {
  switch (tokenizer.kind) {
    case 'characters':
      yield* text;
      return;
    case 'words':
      yield* segmentWords(text);
      return;
    case 'subwords': {
      const stream = tokenizer.stream();
      for (const id of ids) yield stream.next(id);
    }
  }
}

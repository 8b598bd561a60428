import { learnCharacters } from './characters';
import { countCharacters } from './normalize';
import type { Ids, Tokenizer } from './tokenizer';
import { isWord } from './words';
import { type Work, within } from './work';

/** What a stretch of tokens stands for in the text, so that models with different tokens can be compared. */
export interface Stretch {
  /**
   * Code points. A character that an end of the stretch cuts, as between two subwords, counts by the share of its bytes that
   * lies within: so every stretch with a token has some, and stretches side by side add up to the whole.
   */
  readonly characters: number;
  /** How many of its tokens are `<unk>`. */
  readonly unknownTokens: number;
  /** Bits that spell those. */
  readonly unknownBits: number;
}

/** A text's ids, and what stretches of them stand for. */
export interface Spelt {
  readonly ids: Ids;
  /** How many of its words became `<unk>`; white space and punctuation are none. */
  readonly unknownWords: number;
  /** What the ids `from` to `to`, exclusive, stand for. */
  readonly stretch: (from: number, to: number) => Stretch;
}

/**
 * Encodes a text and keeps what it takes to spell the words that became `<unk>`.
 * A model pays for `<unk>`, but not for which word it was, so each is charged its spelling: every character and an end
 * mark, all equally likely among the distinct characters of the text and the mark. Token and spelling together are a code for
 * the text, so bits per character are an upper bound, and leaving rare words out of a vocabulary gains nothing.
 */
export function* spelling(tokenizer: Tokenizer, text: string): Work<Spelt> {
  const unknown: { readonly at: number; readonly characters: number }[] = [];
  let unknownWords = 0;
  const ids = yield* tokenizer.encoding(text, (at, piece) => {
    unknown.push({ at, characters: countCharacters(piece) });
    if (isWord(piece)) unknownWords++;
  });
  const lengths = Uint32Array.from(tokenizer.vocabulary, (_, id) => tokenizer.charactersOf(id)); // (V)
  const alphabet = unknown.length > 0 ? (yield* within(1, 1, learnCharacters(text))).vocabulary.length - 1 : 0;
  const stretch = (from: number, to: number): Stretch => {
    let characters = tokenizer.lackingAt(ids, from) - tokenizer.lackingAt(ids, to);
    let unknownTokens = 0;
    for (let i = from; i < to; i++) if (ids[i] !== tokenizer.unknown) characters += lengths[ids[i]];
    let spelt = 0;
    for (const piece of unknown) {
      if (piece.at < from || piece.at >= to) continue;
      characters += piece.characters;
      unknownTokens++;
      spelt += piece.characters + 1;
    }
    return { characters, unknownTokens, unknownBits: spelt * Math.log2(alphabet + 1) };
  };
  return { ids, unknownWords, stretch };
}

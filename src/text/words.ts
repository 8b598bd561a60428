import { GrowingIds, type Ids } from './ids';
import { countCharacters } from './normalize';
import type { TextForm } from './same-text';
import { type TokenStream, wholeTokens } from './token-stream';
import type { Tokenizer, TokenizerData } from './tokenizer';
import { unknownId, unknownToken } from './unknown';
import { UserError } from './user-error';

/** Longest stretch, in UTF-16 units, given to the segmenter at once: its time grows with the square of the length. */
const stretch = 2048;

/** Distinct pieces whose words are kept; beyond this the memory starts anew. */
const remembered = 100_000;

/** Only white space and punctuation. */
const blank = /^[\s\p{P}]*$/u;

/** Whether a token has something that is no white space and no punctuation mark. */
export const isWord = (token: string): boolean => !blank.test(token);

const segmenter = new Intl.Segmenter('en', { granularity: 'word' });

/**
 * Words, white space and punctuation, in order and with nothing left out: cut at spaces and line ends, and between them by
 * Unicode's rules for words (UAX 29).
 */
export function* segmentWords(text: string): Generator<string> {
  const pieces = new Map<string, readonly string[]>();
  for (const [piece] of text.matchAll(/\n| +|[^ \n]+/g)) {
    if (piece.length === 1 || piece[0] === ' ') {
      yield piece;
      continue;
    }
    let words = pieces.get(piece);
    if (!words) {
      words = [...segmentPiece(piece)];
      if (pieces.size >= remembered) pieces.clear();
      pieces.set(piece, words);
    }
    yield* words;
  }
}

/** Words of a piece without spaces. A piece of abnormal length is cut between two characters. */
function* segmentPiece(piece: string): Generator<string> {
  for (let start = 0; start < piece.length; ) {
    let end = Math.min(start + stretch, piece.length);
    const splitsPair = (piece.charCodeAt(end) & 0xfc00) === 0xdc00 && (piece.charCodeAt(end - 1) & 0xfc00) === 0xd800;
    if (splitsPair) end--;
    for (const { segment } of segmenter.segment(piece.slice(start, end))) yield segment;
    start = end;
  }
}

/** One token per word, punctuation mark or run of white space; lossless but for rare words. */
export class WordTokenizer implements Tokenizer {
  readonly kind = 'words';
  readonly unknown = unknownId;
  private readonly index: ReadonlyMap<string, number>;

  /** @param vocabulary `<unk>` and then words */
  constructor(
    readonly vocabulary: readonly string[],
    readonly form: TextForm = 'unified',
  ) {
    this.index = new Map(vocabulary.map((word, id) => [word, id]));
  }

  encode(text: string, unknown?: (at: number, word: string) => void): Ids {
    const ids = new GrowingIds();
    for (const word of segmentWords(text)) {
      const id = this.index.get(word);
      if (id === undefined) unknown?.(ids.length, word);
      ids.push(id ?? unknownId);
    }
    return ids.share(this.vocabulary.length);
  }

  charactersOf(id: number): number {
    return countCharacters(this.vocabulary[id]);
  }

  decode(ids: ArrayLike<number>): string {
    return Array.from(ids, (id) => this.vocabulary[id]).join('');
  }

  stream(): TokenStream {
    return wholeTokens(this.vocabulary);
  }

  serialise(): TokenizerData {
    return { kind: 'words', form: this.form, vocabulary: [...this.vocabulary] };
  }
}

/**
 * The frequent words of a text, `<unk>` first and then the most frequent first.
 * @param vocabularySize largest V, `<unk>` counted
 * @param minFrequency words that occur less often are left out
 * @throws UserError if nothing is left
 */
export function buildWords(text: string, vocabularySize: number, minFrequency: number): WordTokenizer {
  const counts = new Map<string, number>();
  for (const word of segmentWords(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const words = [...counts]
    .filter(([, count]) => count >= minFrequency)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, vocabularySize - 1)
    .map(([word]) => word);
  if (words.length === 0) {
    throw new UserError(
      `No word of the text occurs ${minFrequency} times: lower text.minFrequency, or use the tokenizer 'characters' or 'subwords'.`,
    );
  }
  return new WordTokenizer([unknownToken, ...words]);
}

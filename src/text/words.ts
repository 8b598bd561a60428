import { type Cover, nothingOpen } from './cover';
import { GrowingIds, type Ids } from './ids';
import { countCharacters } from './normalize';
import type { TextForm } from './same-text';
import { type TokenStream, wholeTokens } from './token-stream';
import type { Tokenizer, TokenizerData } from './tokenizer';
import { unknownId, unknownToken } from './unknown';
import { UserError } from './user-error';
import { openWordFrom, type Words, wordCovers, wordsAfter } from './word-covers';
import { finish, type Work, within } from './work';

/** Longest stretch, in UTF-16 units, given to the segmenter at once: its time grows with the square of the length. */
const stretch = 2048;

/** Distinct pieces whose words are kept, beyond which the memory starts anew, and UTF-16 units of one. */
const remembered = 100_000;
const longestRemembered = 64;

/** UTF-16 units that are read between two yields: some milliseconds. */
const slice = 1 << 14;

const lineFeed = 10;
const space = 32;

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
  for (let at = 0, end = 0; at < text.length; at = end) {
    end = runEnd(text, at);
    const piece = text.slice(at, end);
    if (piece.length === 1 || piece[0] === ' ' || isPlainWord(piece)) yield piece;
    else if (piece.length > longestRemembered) yield* segmentPiece(piece);
    else {
      let words = pieces.get(piece);
      if (!words) {
        words = [...segmentPiece(piece)];
        if (pieces.size >= remembered) pieces.clear();
        pieces.set(piece, words);
      }
      yield* words;
    }
  }
}

/** Where a line end, a run of spaces or a run of anything else ends. */
function runEnd(text: string, from: number): number {
  const first = text.charCodeAt(from);
  let at = from + 1;
  if (first === lineFeed) return at;
  for (; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (first === space ? unit !== space : unit === space || unit === lineFeed) break;
  }
  return at;
}

/** Whether a piece is one word by Unicode's rules because it has nothing but letters, digits and _ of ASCII: quick to see. */
function isPlainWord(piece: string): boolean {
  return piece.length <= stretch && /^\w+$/.test(piece);
}

/** Words of a piece without spaces. A piece of abnormal length is cut between two characters. */
function* segmentPiece(piece: string): Generator<string> {
  for (let start = 0; start < piece.length; ) {
    let end = Math.min(start + stretch, piece.length);
    const splitsPair = (piece.charCodeAt(end) & 0xfc00) === 0xdc00 && (piece.charCodeAt(end - 1) & 0xfc00) === 0xd800;
    if (splitsPair) end--;
    const part = piece.slice(start, end);
    if (isPlainWord(part)) yield part;
    else for (const { segment } of segmenter.segment(part)) yield segment;
    start = end;
  }
}

/** One token per word, punctuation mark or run of white space; lossless but for rare words. */
export class WordTokenizer implements Tokenizer {
  readonly kind = 'words';
  readonly unknown = unknownId;
  private readonly index: ReadonlyMap<string, number>;
  private readonly words: Words;

  /** @param vocabulary `<unk>` and then words */
  constructor(
    readonly vocabulary: readonly string[],
    readonly form: TextForm = 'unified',
  ) {
    this.index = new Map(vocabulary.map((word, id) => [word, id]));
    this.words = { vocabulary, index: this.index, segment: segmentWords };
  }

  encode(text: string, unknown?: (at: number, word: string) => void): Ids {
    return finish(this.encoding(text, unknown));
  }

  *encoding(text: string, unknown?: (at: number, word: string) => void): Work<Ids> {
    const ids = new GrowingIds(this.vocabulary.length);
    let read = 0;
    let told = 0;
    for (const word of segmentWords(text)) {
      read += word.length;
      if (read - told >= slice) {
        told = read;
        yield read / text.length;
      }
      const id = this.index.get(word);
      if (id === undefined) unknown?.(ids.length, word);
      ids.push(id ?? unknownId);
    }
    return ids.share();
  }

  charactersOf(id: number): number {
    return countCharacters(this.vocabulary[id]);
  }

  lackingAt(): number {
    return 0;
  }

  decode(ids: ArrayLike<number>): string {
    return Array.from(ids, (id) => this.vocabulary[id]).join('');
  }

  stream(): TokenStream {
    return wholeTokens(this.vocabulary);
  }

  openFrom(text: string): number {
    return openWordFrom(text);
  }

  covers(stump: string): readonly Cover[] {
    return stump === '' ? nothingOpen : wordCovers(this.words, stump);
  }

  after(id: number): readonly number[] {
    return wordsAfter(this.words, [this.vocabulary[id]]);
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
  return finish(learnWords(text, vocabularySize, minFrequency));
}

/** The same bit by bit. */
export function* learnWords(text: string, vocabularySize: number, minFrequency: number): Work<WordTokenizer> {
  const counts = new Map<string, number>();
  let read = 0;
  let told = 0;
  for (const word of segmentWords(text)) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
    read += word.length;
    if (read - told < slice) continue;
    told = read;
    yield (0.9 * read) / text.length;
  }
  const words = yield* within(0.9, 1, mostFrequent(counts, vocabularySize - 1, minFrequency));
  if (words.length === 0) {
    throw new UserError(
      `No word of the text occurs ${minFrequency} times: lower text.minFrequency, or use the tokenizer 'characters' or 'subwords'.`,
    );
  }
  // Copied, as a part of a text keeps all of it in memory.
  return new WordTokenizer([unknownToken, ...words.map((word) => [...word].join(''))]);
}

/** The n most frequent words in order, ties by their characters; those that are too rare are left out. */
function* mostFrequent(counts: ReadonlyMap<string, number>, n: number, minFrequency: number): Work<string[]> {
  const order = ([a, m]: [string, number], [b, k]: [string, number]) => k - m || (a < b ? -1 : 1);
  let best: [string, number][] = [];
  let worst: [string, number] | undefined; // the last of n words that are better than all others so far
  let seen = 0;
  for (const entry of counts) {
    if (seen++ % slice === 0) yield seen / counts.size;
    if (entry[1] < minFrequency || (worst && order(worst, entry) < 0)) continue;
    best.push(entry);
    if (best.length < 2 * n + slice) continue;
    best = best.sort(order).slice(0, n);
    worst = best[n - 1];
  }
  return best
    .sort(order)
    .slice(0, n)
    .map(([word]) => word);
}

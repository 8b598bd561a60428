import type { Cover } from './cover';
import { unknownId } from './unknown';

/** Longest stretch without blanks, in UTF-16 units, whose last word is looked for. */
const longestRun = 2048;

/** Units that are cut from their neighbours on both sides, whatever those are. */
const isBlank = (unit: string) => unit === ' ';

const segmenter = new Intl.Segmenter('en', { granularity: 'word' });

/**
 * Where the word begins that a text ends within: what follows may make another word of it. A mark after a word belongs to it
 * here, as the apostrophe of `can'`.
 * @returns UTF-16 units; the text's length after a line end
 */
export function openWordFrom(text: string): number {
  const blank = isBlank(text.slice(-1));
  let start = text.length;
  const least = blank ? 0 : Math.max(0, start - longestRun);
  while (start > least && text[start - 1] !== '\n' && isBlank(text[start - 1]) === blank) start--;
  if (blank || start === text.length) return start;
  if ((text.charCodeAt(start) & 0xfc00) === 0xdc00) start++;
  const [before, last] = [{ index: 0, isWordLike: false }, ...segmenter.segment(text.slice(start))].slice(-2);
  return start + (!last.isWordLike && before.isWordLike ? before.index : last.index);
}

/** What is known of the words of a model. */
export interface Words {
  readonly vocabulary: readonly string[];
  readonly index: ReadonlyMap<string, number>;
  /** Cuts a text into words. */
  segment(text: string): Iterable<string>;
}

/**
 * The ways to read a text that begins with a stump: as a longer word, or as the words that stand there, with a next one that
 * leaves them as they are. Only where no word begins with the stump is it read as `<unk>`; a run of blanks that is not in the
 * vocabulary is read as the longest that is.
 */
export function wordCovers(words: Words, stump: string): Cover[] {
  const { vocabulary, index, segment } = words;
  const pieces = [...segment(stump)];
  const ids = pieces.map((piece) => index.get(piece) ?? unknownId);
  const covers: Cover[] = [];
  for (let k = 0; k < pieces.length && !ids.slice(0, k).includes(unknownId); k++) {
    const before = pieces.slice(0, k);
    const rest = pieces.slice(k).join('');
    const next: number[] = [];
    vocabulary.forEach((word, id) => {
      if (id === unknownId || word.length <= rest.length || !word.startsWith(rest)) return;
      if (isReadAs(segment, [...before, word])) next.push(id);
    });
    if (next.length > 0) covers.push({ before: ids.slice(0, k), isWhole: false, next });
  }
  if (covers.length > 0 && ids.includes(unknownId)) return covers;
  const known = isBlank(stump[0]) && ids[0] === unknownId ? [longestKnown(index, stump)] : ids;
  return [...covers, { before: known, isWhole: true, next: wordsAfter(words, pieces) }];
}

/** The words that can follow pieces without making others of them. */
export function wordsAfter({ vocabulary, segment }: Words, pieces: readonly string[]): number[] {
  const last = pieces.at(-1) ?? '';
  const isMark = pieces.length === 1 && joinsNoWord.test(last);
  const next: number[] = [];
  vocabulary.forEach((word, id) => {
    if (id === unknownId) return;
    const isApart = standApart(last, word) ?? (isMark && beginsWord.test(word) ? true : undefined);
    if (isApart ?? isReadAs(segment, [...pieces, word])) next.push(id);
  });
  return next;
}

/** A mark that no rule joins to a word after it, where no word stands before it. */
const joinsNoWord = /^[^\p{L}\p{M}\p{N}\p{Pc}\p{Cf}]+$/u;
const beginsWord = /^[\p{L}\p{N}]/u;

/** Whether two words stay two when one is written after the other; undefined where only the rules of Unicode tell. */
function standApart(a: string, b: string): boolean | undefined {
  if (a === '' || a === '\n' || b[0] === '\n') return true;
  if (isBlank(a[0]) || isBlank(b[0])) return isBlank(a[0]) !== isBlank(b[0]);
  return /[A-Za-z0-9]$/.test(a) && /^[A-Za-z0-9]/.test(b) ? false : undefined;
}

/** Whether pieces, written one after the other, are read as these pieces. */
function isReadAs(segment: Words['segment'], pieces: readonly string[]): boolean {
  let n = 0;
  for (const word of segment(pieces.join(''))) if (word !== pieces[n++]) return false;
  return n === pieces.length;
}

function longestKnown(index: ReadonlyMap<string, number>, blanks: string): number {
  for (let length = blanks.length; length > 0; length--) {
    const id = index.get(blanks.slice(0, length));
    if (id !== undefined) return id;
  }
  return unknownId;
}

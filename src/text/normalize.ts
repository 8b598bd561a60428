import { sameText, type TextForm } from './same-text';
import { finish, type Work } from './work';

/** What can be done to a text before it becomes tokens. */
export type Normalization = 'none' | 'lowercase' | 'letters' | 'd2l';

/**
 * Brings a text to one form, as its reader does with every text, and normalises it: `none` leaves it, `lowercase` lowers it,
 * `letters` turns every run of anything but A–Z and a–z into one space and lowers it, `d2l` does that line by line, strips each
 * line, and joins the lines with nothing between.
 * @param form that of the tokenizer that reads it
 */
export function normalize(text: string, how: Normalization, form: TextForm = 'unified'): string {
  return finish(normalizing(text, how, form));
}

/** The same bit by bit. */
export function* normalizing(text: string, how: Normalization, form: TextForm = 'unified'): Work<string> {
  const same = sameText(text, form);
  switch (how) {
    case 'none':
      return same;
    case 'lowercase':
      // A lower letter may be composed where its capital is not: H̱ is two characters, and ẖ one.
      return sameText(yield* lower(same), form);
    case 'letters':
      return yield* keepLetters(same, false);
    case 'd2l':
      return yield* keepLetters(same, true);
  }
}

/** By stretches that end with a line or a word, as what a capital Σ becomes depends on the letters beside it. */
function* lower(text: string): Work<string> {
  const parts: string[] = [];
  for (let at = 0; at < text.length; ) {
    let end = Math.min(at + stretch, text.length);
    while (end < text.length && text[end - 1] !== ' ' && text[end - 1] !== '\n') end++;
    parts.push(text.slice(at, end).toLowerCase());
    at = end;
    yield at / text.length;
  }
  return parts.join('');
}

/** UTF-16 units normalised at a time: about a millisecond. */
const stretch = 1 << 18;

/** By hand and not by regular expressions, which take ten times as long and gigabytes for a large text. */
function* keepLetters(text: string, byLine: boolean): Work<string> {
  const decoder = new TextDecoder('latin1');
  const room = new Uint8Array(2 * stretch);
  const parts: string[] = [];
  let used = 0;
  let owesSpace = false;
  let inLine = false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const lower = unit | 32;
    if (lower >= 97 && lower <= 122) {
      if (owesSpace && (inLine || !byLine)) room[used++] = 32;
      owesSpace = false;
      inLine = true;
      room[used++] = lower;
    } else if (byLine && isLineEnd(unit)) {
      owesSpace = false;
      inLine = false;
    } else owesSpace = true;
    if (used >= stretch) {
      parts.push(decoder.decode(room.subarray(0, used)));
      used = 0;
    }
    if (i % stretch === 0) yield i / text.length;
  }
  if (owesSpace && !byLine) room[used++] = 32;
  parts.push(decoder.decode(room.subarray(0, used)));
  return parts.join('');
}

/** Where Python's `str.splitlines` splits, which the lecture's reader uses. */
function isLineEnd(unit: number): boolean {
  return (
    (unit >= 10 && unit <= 13) || (unit >= 28 && unit <= 30) || unit === 0x85 || unit === 0x2028 || unit === 0x2029
  );
}

/** The first `limit` characters (code points) of a text; all of it if `limit` is 0. */
export function limitText(text: string, limit: number): string {
  if (limit === 0 || text.length <= limit) return text;
  let end = 0;
  for (let count = 0; count < limit && end < text.length; count++) end += text.codePointAt(end)! > 0xffff ? 2 : 1;
  return text.slice(0, end);
}

/** Characters (code points) of a text. */
export function countCharacters(text: string): number {
  let count = text.length;
  for (let i = 0; i + 1 < text.length; i++) {
    if ((text.charCodeAt(i) & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      count--;
      i++;
    }
  }
  return count;
}

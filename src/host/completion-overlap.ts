import { joins, wordAtStart } from './word-edges';

/** Closing mark → the marks that open what it closes. Marks that close what they open themselves are not listed. */
const openers: Readonly<Record<string, string>> = {
  ')': '(',
  ']': '[',
  '}': '{',
  '>': '<',
  '»': '«',
  '«': '»',
  '›': '‹',
  '‹': '›',
  '”': '“„',
  '“': '„',
  '’': '‘‚',
  '‘': '‚',
  '」': '「',
  '』': '『',
  '】': '【',
  '〉': '〈',
  '》': '《',
  '〕': '〔',
  '）': '（',
  '］': '［',
  '｝': '｛',
};

/** Marks that end a sentence or a part of one. */
const stops = /^[.,:;!?…。、，；：！？؟،؛।॥]+$/u;
/** Marks that also stand within words and numbers, where they close nothing. */
const inner = /^['’‘.,:·_-]+$/u;
/** The closing marks that a text begins with: runs of one mark, such as `**`, together. */
const marks = /^(?:\s|\p{Cf}|([*_~`.!?…$=|-])\1*|[\p{Pe}\p{Pf}\p{Pi}\p{Po}>])/u;

/**
 * Cuts a completion where it begins to write what stands after the cursor.
 * @param after the line after the cursor
 * @param next the next line that is not blank
 */
export function cutRepeated(text: string, after: string, next: string): string {
  const closing = leadingMarks(after);
  const places = closing.map((mark, index) => (index > 0 && stops.test(mark) ? -1 : placeOf(mark, text)));
  const cut = text.slice(0, Math.min(text.length, ...places.filter((place) => place >= 0)));
  const open = closing.length > 0 && stops.test(closing[0]) ? cut.replace(/\s*[.,:;!?…。、！？]+$/u, '') : cut;
  if (beginsLike(open, after)) return '';
  const rest = withoutOverlap(open, after);
  if (after.trim() !== '' || next === '') return rest;
  return beginsLike(rest, next) || follows(next, rest) ? '' : withoutOverlap(rest, next, /\S\s+\S/u);
}

function leadingMarks(after: string): string[] {
  const found: string[] = [];
  for (let rest = after; ; ) {
    const mark = marks.exec(rest)?.[0];
    if (!mark) return found;
    if (/[^\s\p{Cf}]/u.test(mark)) found.push(mark);
    rest = rest.slice(mark.length);
  }
}

/** Where a text writes a closing mark that closes nothing which the text itself opened; −1 if nowhere. */
function placeOf(mark: string, text: string): number {
  const opening = openers[mark] ?? '';
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    if (text.startsWith(mark, at)) {
      const within = inner.test(mark) && joins(text.slice(0, at), text.slice(at + mark.length));
      if (!within && depth === 0) return at;
      if (!within) depth--;
    } else if (opening.includes(text[at])) depth++;
  }
  return -1;
}

/** Whether a text begins with the first word of another, so that it goes the way of that one. */
function beginsLike(text: string, other: string): boolean {
  const word = /^\s*(\S+)/u.exec(other)?.[1] ?? '';
  if (!/[\p{L}\p{N}]/u.test(word)) return false;
  const begun = text.trimStart();
  return begun.startsWith(word) && !joins(word, begun.slice(word.length));
}

/** Whether a text is the whole of another's beginning. */
function follows(other: string, text: string): boolean {
  const begun = text.trim();
  const whole = other.trimStart();
  return wordAtStart.test(begun) && whole.startsWith(begun) && !joins(begun, whole.slice(begun.length));
}

/**
 * Cuts the longest end of a text that another begins with, if no word is cut by that.
 * @param least what such an end must hold
 */
function withoutOverlap(text: string, other: string, least = /^/u): string {
  for (const beginning of [other, other.trimStart()]) {
    for (let length = Math.min(text.length, beginning.length); length > 0; length--) {
      const same = beginning.slice(0, length);
      const rest = text.slice(0, -length);
      if (!text.endsWith(same) || !least.test(same)) continue;
      if (!joins(rest, same)) return rest;
    }
  }
  return text;
}

import { wholeClusters } from '../text/clusters';
import { cutRepeated } from './completion-overlap';
import { endsWithin, wordAtEnd, wordAtStart } from './word-edges';

/** The line that is completed, and what follows it. */
export interface Surroundings {
  /** The line before the cursor. */
  readonly before: string;
  /** The line after the cursor. */
  readonly after: string;
  /** The next line that is not blank; empty if there is none. */
  readonly next: string;
}

/** What a model wrote at the cursor. */
export interface Draft {
  readonly text: string;
  /** Whether it stopped because its length was reached, and not because its line had ended. */
  readonly cut: boolean;
  /** Whether what stands before it ends with something that the model has never seen, so that it cannot tell how that goes on. */
  readonly afterUnknown: boolean;
}

/**
 * What may stand between the cursor and the end of a line that has ended: closing brackets, quotes and marks, dashes, and
 * a last opening brace, as code has it. Not the marks that begin something.
 */
const ended = /^(?:[\s\p{Pe}\p{Pf}\p{Pi}\p{Pc}\p{Pd}\p{Cf}`~>|$]|(?![¿¡#@&%])\p{Po})*\{?\s*$/u;

const lineEnd = /[\n\r\v\f\u0085\u2028\u2029]/;
const control = /(?!\t)\p{Cc}/u;
/** U+FFFD stands for bytes that are no character; `\p{Cs}` is half of a pair. */
const half = /[\uFFFD\p{Cs}]/u;
/** Something that shows. */
const visible = /[^\s\p{Z}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/u;
/** What an end does without. A joiner is not among it: it belongs to the half of a character. */
const blankEnd = /[\s\u00AD\u200B\u200C\u200E\u200F\u2060\uFEFF]+$/u;

const clusters = new Intl.Segmenter('und', { granularity: 'grapheme' });
const segmenter = new Intl.Segmenter('und', { granularity: 'word' });
/** UTF-16 units on each side that decide whether a place is within a character as people count them. */
const reach = 64;

/**
 * Whether something can be offered at a place at all: never within a word or a character of any script, and, unless it was
 * asked for, not before text that goes on.
 */
export function isPlace({ before, after }: Pick<Surroundings, 'before' | 'after'>, asked: boolean): boolean {
  return !endsWithin(before, after) && !splitsCharacter(before, after) && (asked || ended.test(after));
}

/**
 * The part of a draft that a person may see: one line of whole characters and whole words, which goes on from what stands
 * before the cursor. Empty if there is none. What follows the cursor is not looked at (see `withoutRepeated`).
 */
export function presentable({ text, cut, afterUnknown }: Draft, before: string): string {
  const end = text.search(lineEnd);
  const line = end < 0 ? text : text.slice(0, end);
  if (half.test(line) || control.test(line) || !goesOnFrom(before, line)) return '';
  if (afterUnknown && wordAtEnd.test(before)) return '';
  const words = (cut && end < 0 ? wholeWords(line) : line).replace(blankEnd, '');
  const whole = wholeClusters(words).replace(blankEnd, '');
  if (!visible.test(whole)) return '';
  return /\S $/.test(before) && /^ \S/.test(whole) ? whole.slice(1) : whole;
}

/**
 * The part of a completion that does not stand after the cursor already; empty if that is all of it, or if only blanks are left.
 */
export function withoutRepeated(text: string, { after, next }: Pick<Surroundings, 'after' | 'next'>): string {
  const rest = cutRepeated(text, after, next).replace(blankEnd, '');
  return visible.test(rest) ? rest : '';
}

/** Leaves out what may be only the beginning of a word, a number or an emoji. */
function wholeWords(text: string): string {
  const parts = [...segmenter.segment(text)];
  const [before, last] = [parts.at(-2)?.segment ?? '', parts.at(-1)?.segment ?? ''];
  // What an apostrophe, a hyphen or a decimal point ends may go on, as may what they follow.
  if ((wordAtEnd.test(before) && /^['’׳״·‐‑-]$/u.test(last)) || (/\p{N}$/u.test(before) && /^[.,:٫٬]$/u.test(last))) {
    parts.pop();
  }
  const unsure = parts.pop();
  if (!unsure) return '';
  const open = wordAtStart.test(unsure.segment) || /[\p{Extended_Pictographic}\p{RI}\u200D]/u.test(unsure.segment);
  return text.slice(0, open ? unsure.index : unsure.index + unsure.segment.length);
}

/**
 * Whether a text can stand after what is before it: it does not begin with a mark that has nothing to stand on, nor does it
 * turn the character before it into another one. A vowel sign that goes on with a word of its own script is welcome.
 */
function goesOnFrom(before: string, text: string): boolean {
  if (/^\p{M}/u.test(text) && !/[\p{L}\p{M}\p{N}]$/u.test(before)) return false;
  return !splitsCharacter(before, text) || /^(?!\p{Script=Inherited})\p{M}/u.test(text);
}

/** Whether two texts meet within a character as people count them, such as a letter and its accent, or a family of emoji. */
function splitsCharacter(left: string, right: string): boolean {
  if (left === '' || right === '') return false;
  const before = left.slice(-reach);
  return clusters.segment(before + right.slice(0, reach)).containing(before.length)?.index !== before.length;
}

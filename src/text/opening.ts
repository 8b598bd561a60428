import type { Ids, Tokenizer } from './tokenizer';

/** Tokens that are looked at, and characters that are enough. */
const searched = 400;
const enough = 12;
const longest = 30;

/** Tokens before a text that tell whether it begins within a word. */
const looksBack = 8;

/**
 * The first words of a text's tokens as someone would type them: nothing that the tokenizer does not know, no part of a
 * character and, if it can be, no part of a word at either end and no mark at the beginning.
 * @param ids of the text
 * @param before the tokens that it follows; a text may begin in the middle of a word
 * @returns at most 30 characters; empty only if the tokens hold nothing that can be typed
 */
export function opening(tokenizer: Tokenizer, ids: Ids, before: Ids = ids.subarray(0, 0)): string {
  const cut = tokenizer.decode(before.subarray(-looksBack));
  let best = '';
  for (const known of knownStretches(tokenizer, ids.subarray(0, searched))) {
    const text = tokenizer.decode(known);
    const first = known.byteOffset === ids.byteOffset;
    const whole = first && /[\p{L}\p{M}\p{N}]$/u.test(cut) ? withoutRest(text) : text;
    const bare = whole.replace(/^[\s\uFFFD]+/u, '');
    // After a gap, what belonged to it says nothing.
    const found = [...(bare.replace(/^[\s\p{P}]+/u, '') || (first ? bare : ''))];
    if (found.length > best.length) best = found.slice(0, longest).join('');
    if (found.length >= enough) break;
  }
  return best.replace(/(?<=\S)\s+\S*$/u, '') || best;
}

/** A text without the rest of a word that it begins in; all of it where words have no spaces between them. */
function withoutRest(text: string): string {
  return text.replace(/^[\p{L}\p{M}\p{N}’'-]+(?=[\s\p{P}])/u, '') || text;
}

/** The stretches between unknown tokens. */
function* knownStretches({ unknown }: Tokenizer, ids: Ids): Generator<Ids> {
  let start = 0;
  for (let end = 0; end <= ids.length; end++) {
    if (end < ids.length && ids[end] !== unknown) continue;
    if (end > start) yield ids.subarray(start, end);
    start = end + 1;
  }
}

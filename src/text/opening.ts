import type { Ids, Tokenizer } from './tokenizer';

/** Tokens that are looked at, and characters that are enough. */
const searched = 400;
const enough = 12;
const longest = 30;

/**
 * The first words of a text's tokens as someone would type them: nothing that the tokenizer does not know, no part of a
 * character and, if it can be, no part of a word at the end.
 * @param ids of the text
 * @returns at most 30 characters; empty only if the tokens hold nothing that can be typed
 */
export function opening(tokenizer: Tokenizer, ids: Ids): string {
  let best = '';
  for (const known of knownStretches(tokenizer, ids.subarray(0, searched))) {
    const text = tokenizer.decode(known).replace(/^[\s\uFFFD]+/u, '');
    // After a gap, what belonged to it says nothing.
    const found = [...(known.byteOffset === ids.byteOffset ? text : text.replace(/^[\s\p{P}]+/u, ''))];
    if (found.length > best.length) best = found.slice(0, longest).join('');
    if (found.length >= enough) break;
  }
  return best.replace(/(?<=\S)\s+\S*$/u, '') || best;
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

import type { Normalization } from './normalize';
import type { TokenizerKind } from './tokenizer';
import { unknownToken } from './unknown';
import { segmentWords } from './words';

/** Where a token stands in a text, in UTF-16 units, `end` excluded. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds where the last tokens of a text stand in it.
 * @param text as it is written, before it is normalised
 * @param tokens what the tokenizer made of its end, last first
 * @returns one place for each token; undefined where the text as written and the tokens do not match piece by piece
 */
export function placesFromEnd(
  text: string,
  tokens: readonly string[],
  how: { readonly tokenizer: TokenizerKind; readonly normalize: Normalization },
): Place[] | undefined {
  if (how.normalize !== 'none' && how.normalize !== 'lowercase') return undefined;
  const read = how.normalize === 'lowercase' ? text.toLowerCase() : text;
  if (read.length !== text.length) return undefined;
  const pieces = piecesFromEnd(read, tokens, how.tokenizer);
  const places: Place[] = [];
  let end = text.length;
  for (const [index, token] of tokens.entries()) {
    const piece = pieces[index];
    const unknown = how.tokenizer !== 'subwords' && token === unknownToken;
    if (!piece || !(unknown || piece === token) || !read.endsWith(piece, end)) return undefined;
    places.push({ start: end - piece.length, end });
    end -= piece.length;
  }
  return places;
}

function piecesFromEnd(text: string, tokens: readonly string[], tokenizer: TokenizerKind): readonly string[] {
  switch (tokenizer) {
    case 'characters':
      return [...text].reverse();
    case 'words':
      return [...segmentWords(text)].reverse();
    case 'subwords':
      return tokens;
  }
}

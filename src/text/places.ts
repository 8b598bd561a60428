import { type Normalization, normalize } from './normalize';
import type { TextForm } from './same-text';
import type { TokenizerKind } from './tokenizer';
import { unknownToken } from './unknown';
import { segmentWords } from './words';

/** Where a token stands in a text, in UTF-16 units, `end` excluded. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** How a model reads a text. */
export interface Reading {
  readonly tokenizer: TokenizerKind;
  readonly normalize: Normalization;
  /** `unified` if absent. */
  readonly form?: TextForm;
}

/** Something that may become shorter or longer as a whole when a text is brought to one form. */
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * Finds where the last tokens of a text stand in it.
 * @param text as it is written, before it is normalised
 * @param tokens what the tokenizer made of its end, last first
 * @returns one place for each token; undefined where the text as written and the tokens do not match piece by piece
 */
export function placesFromEnd(text: string, tokens: readonly string[], how: Reading): Place[] | undefined {
  if (how.normalize !== 'none' && how.normalize !== 'lowercase') return undefined;
  const read = normalize(text, how.normalize, how.form);
  const written = writtenOffsets(text, read, how);
  if (!written) return undefined;
  const pieces = piecesFromEnd(read, tokens, how.tokenizer);
  const places: Place[] = [];
  let end = read.length;
  for (const [index, token] of tokens.entries()) {
    const piece = pieces[index];
    const unknown = how.tokenizer !== 'subwords' && token === unknownToken;
    if (!piece || !(unknown || piece === token) || !read.endsWith(piece, end)) return undefined;
    const [from, to] = [written.get(end - piece.length), written.get(end)];
    if (from === undefined || to === undefined) return undefined;
    places.push({ start: from, end: to });
    end -= piece.length;
  }
  return places;
}

/**
 * From offsets in a text as it is read to offsets in it as it is written, one for every place between two characters that
 * were neither composed nor taken apart.
 * @returns undefined if the one cannot be told from the other
 */
function writtenOffsets(text: string, read: string, how: Reading): ReadonlyMap<number, number> | undefined {
  const offsets = new Map<number, number>();
  let at = how.form === 'written' ? 0 : text.length - text.replace(/^\uFEFF+/, '').length;
  let from = 0;
  offsets.set(from, at);
  for (const { segment } of graphemes.segment(text.slice(at))) {
    const piece = readInside(segment, how);
    if (!isSame(piece, read.slice(from, from + piece.length))) return undefined;
    const unitByUnit =
      piece.length === segment.length && readInside(segment, { ...how, normalize: 'none' }) === segment;
    if (unitByUnit && [...segment].every((character) => character.toLowerCase().length === character.length)) {
      for (let i = 1; i < piece.length; i++) offsets.set(from + i, at + i);
    }
    from += piece.length;
    at += segment.length;
    offsets.set(from, at);
  }
  return from === read.length ? offsets : undefined;
}

/** What is read of a part that does not begin the text: a mark there is a character. */
function readInside(part: string, how: Reading): string {
  return normalize(`-${part}`, how.normalize, how.form).slice(1);
}

/** Whether two texts are the same but for sigmas, whose small letter depends on what follows. */
function isSame(a: string, b: string): boolean {
  return a === b || a.replaceAll('ς', 'σ') === b.replaceAll('ς', 'σ');
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

import { encodeWtf8 } from '../../../src/text/wtf8';

/** What merges never cross. */
export const piecePattern = / ?[\p{L}\p{M}]{1,48}| ?\p{N}{1,48}| ?[^\s\p{L}\p{M}\p{N}]{1,48}|\n{1,48}|[^\S\n]{1,48}/gu;

/** The subwords of the product in the plainest way: everything is counted anew at every merge, and every merge tried in turn. */
export function plainMerges(text: string, limit: number): [number, number][] {
  const counts = new Map<string, number>();
  for (const [piece] of text.matchAll(piecePattern)) counts.set(piece, (counts.get(piece) ?? 0) + 1);
  const pieces = [...counts].map(([piece, count]) => ({ tokens: Array.from(encodeWtf8(piece)), count }));
  const merges: [number, number][] = [];
  while (merges.length < limit) {
    const best = mostFrequent(pieces);
    if (!best) break;
    const [a, b] = best;
    for (const piece of pieces) piece.tokens = join(piece.tokens, a, b, 256 + merges.length);
    merges.push(best);
  }
  return merges;
}

/** The ids of a text. */
export function plainEncode(text: string, merges: readonly (readonly [number, number])[]): number[] {
  return [...text.matchAll(piecePattern)].flatMap(([piece]) =>
    merges.reduce((tokens, [a, b], i) => join(tokens, a, b, 256 + i), Array.from(encodeWtf8(piece))),
  );
}

/** The pair of neighbours that occurs most often, the lowest ids of several; none if none occurs twice. */
function mostFrequent(pieces: readonly { readonly tokens: readonly number[]; readonly count: number }[]) {
  const pairs = new Map<number, number>();
  for (const { tokens, count } of pieces) {
    for (let i = 0; i + 1 < tokens.length; i++) {
      const key = tokens[i] * 2 ** 20 + tokens[i + 1];
      pairs.set(key, (pairs.get(key) ?? 0) + count);
    }
  }
  let best: number | undefined;
  let most = 1;
  for (const [key, count] of pairs) {
    if (count < most || (count === most && (best === undefined || key > best))) continue;
    best = key;
    most = count;
  }
  return best === undefined ? undefined : ([Math.floor(best / 2 ** 20), best % 2 ** 20] as [number, number]);
}

function join(tokens: readonly number[], a: number, b: number, made: number): number[] {
  const joined: number[] = [];
  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i] === a && i + 1 < tokens.length && tokens[i + 1] === b) {
      joined.push(made);
      i++;
    } else joined.push(tokens[i]);
  }
  return joined;
}

import type { Cover } from './cover';
import { encodeWtf8 } from './wtf8';

/** What is known of the subwords of a model. */
export interface Subwords {
  /** Bytes of each token. */
  readonly bytes: readonly Uint8Array[]; // (V)
  /** The text of a token that is whole characters; undefined of others. */
  readonly whole: readonly (string | undefined)[]; // (V)
  /** The token that a merge makes of two; undefined if none does. A lower one was learnt earlier and is made first. */
  made(a: number, b: number): number | undefined;
  /** The piece that a text begins with, which tokens never reach beyond. */
  firstPiece(text: string): string;
}

/**
 * The ways to read a text that begins with a stump, the last piece of a prompt: a token that reaches beyond it may begin at each
 * of its bytes. Only those ways are given in which the tokenizer itself reads such a text.
 */
export function subwordCovers(subwords: Subwords, stump: string): Cover[] {
  const stumpBytes = encodeWtf8(stump);
  const n = stumpBytes.length;
  const covers: Cover[] = [];
  for (let k = 0; k <= n; k++) {
    const before = tokensOf(stumpBytes.subarray(0, k), subwords);
    const rest = stumpBytes.subarray(k);
    const next: number[] = [];
    subwords.bytes.forEach((bytes, id) => {
      if (!reachesBeyond(bytes, rest)) return;
      if (isReadSo(subwords, stump, before, id, n - k)) next.push(id);
    });
    if (next.length > 0) covers.push({ before, isWhole: k === n, next });
  }
  return covers;
}

/** The tokens of one piece, or of its beginning, which may end within a character. */
function tokensOf(bytes: Uint8Array, { made }: Subwords): number[] {
  const tokens = Array.from(bytes);
  for (;;) {
    let least = Number.POSITIVE_INFINITY;
    let at = -1;
    for (let i = 0; i + 1 < tokens.length; i++) {
      const token = made(tokens[i], tokens[i + 1]);
      if (token === undefined || token >= least) continue;
      least = token;
      at = i;
    }
    if (at < 0) return tokens;
    tokens.splice(at, 2, least);
  }
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Bytes as text; undefined where they are no whole characters. */
export function textOf(bytes: Uint8Array): string | undefined {
  const text = decoder.decode(bytes);
  // A replacement character may be the text's own. Hostile vocabularies are large, and an exception for each token is slow.
  const isWhole = !text.includes('\uFFFD') || encodeWtf8(text).every((byte, i) => byte === bytes[i]);
  return isWhole ? text : undefined;
}

function reachesBeyond(bytes: Uint8Array, rest: Uint8Array): boolean {
  if (bytes.length <= rest.length) return false;
  for (let i = 0; i < rest.length; i++) if (bytes[i] !== rest[i]) return false;
  return true;
}

/** Whether the tokenizer reads the stump and a token's bytes after the first `inside` as the tokens before it and that token. */
function isReadSo(subwords: Subwords, stump: string, before: readonly number[], id: number, inside: number): boolean {
  const { bytes, whole, firstPiece } = subwords;
  const beyond = bytes[id].subarray(inside);
  // A character that is not whole yet can be of any kind, so that only its first byte tells.
  if (whole[id] === undefined && inside === 0) return (beyond[0] & 0xc0) !== 0x80;
  const rest = textOf(beyond);
  if (rest !== undefined) {
    const piece = firstPiece(stump + rest);
    if (piece === stump) return inside === 0;
    if (piece.length < stump.length + rest.length) return false;
  }
  // Tokens are read as they are if each two neighbours are, and those of the stump were read so.
  const last = before.slice(-1);
  const ids = tokensOf(Uint8Array.from([...last, id].flatMap((token) => [...bytes[token]])), subwords);
  return ids.length === last.length + 1 && ids[last.length] === id && ids[0] === (last[0] ?? id);
}

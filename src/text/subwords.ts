import { GrowingIds, type Ids } from './ids';
import { learnMerges } from './merges';
import type { TextForm } from './same-text';
import type { TokenStream } from './token-stream';
import type { Tokenizer, TokenizerData } from './tokenizer';
import { encodeWtf8, Wtf8Decoder } from './wtf8';

/**
 * Pieces that merges never cross: a word, a number or a run of other marks, each with the space before it, and white space.
 * Pieces are at most 48 characters long, so that the work on one is bounded.
 */
const piecePattern = / ?[\p{L}\p{M}]{1,48}| ?\p{N}{1,48}| ?[^\s\p{L}\p{M}\p{N}]{1,48}|\n{1,48}|[^\S\n]{1,48}/gu;

/** Distinct pieces whose ids are kept; beyond this the memory starts anew. */
const remembered = 200_000;

/** Text, in UTF-16 units, that merges are learnt from at most; more would change them little and take long. */
const learntFrom = 20_000_000;

/** Byte-level byte-pair encoding: 256 bytes and merges of two tokens into one. Lossless on any text, surrogates that stand alone included. */
export class SubwordTokenizer implements Tokenizer {
  readonly kind = 'subwords';
  readonly unknown = -1;
  readonly vocabulary: readonly string[];
  private readonly bytes: readonly Uint8Array[];
  /** Key of a merge's two halves → the token that it makes. A lower token was learnt earlier and is applied first. */
  private readonly ranks = new Map<number, number>();
  private readonly pieces = new Map<string, readonly number[]>();

  /** @param merges the two halves of token 256, of token 257, and so on */
  constructor(
    private readonly merges: readonly (readonly [number, number])[],
    readonly form: TextForm = 'unified',
  ) {
    const bytes = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
    merges.forEach(([a, b], i) => {
      bytes.push(Uint8Array.of(...bytes[a], ...bytes[b]));
      this.ranks.set(pairKey(a, b), 256 + i);
    });
    this.bytes = bytes;
    this.vocabulary = bytes.map(describeBytes);
  }

  encode(text: string): Ids {
    const ids = new GrowingIds();
    for (const [piece] of text.matchAll(piecePattern)) {
      let tokens = this.pieces.get(piece);
      if (!tokens) {
        tokens = this.merge(encodeWtf8(piece));
        if (this.pieces.size >= remembered) this.pieces.clear();
        this.pieces.set(piece, tokens);
      }
      for (const token of tokens) ids.push(token);
    }
    return ids.share(this.vocabulary.length);
  }

  charactersOf(id: number): number {
    // All bytes of a character but its first are 10xxxxxx.
    return this.bytes[id].reduce((count, byte) => count + ((byte & 0xc0) === 0x80 ? 0 : 1), 0);
  }

  decode(ids: ArrayLike<number>): string {
    let length = 0;
    for (let i = 0; i < ids.length; i++) length += this.bytes[ids[i]].length;
    const bytes = new Uint8Array(length);
    for (let i = 0, at = 0; i < ids.length; at += this.bytes[ids[i++]].length) bytes.set(this.bytes[ids[i]], at);
    const decoder = new Wtf8Decoder();
    return decoder.decode(bytes) + decoder.end();
  }

  stream(decoder = new Wtf8Decoder()): TokenStream {
    return {
      next: (id) => decoder.decode(this.bytes[id]),
      fork: () => this.stream(decoder.fork()),
    };
  }

  serialise(): TokenizerData {
    return { kind: 'subwords', form: this.form, merges: this.merges.map(([a, b]) => [a, b]) };
  }

  /** Applies the merges to one piece, the earliest learnt first. */
  private merge(bytes: Uint8Array): number[] {
    const tokens = Array.from(bytes);
    for (;;) {
      let best = Number.POSITIVE_INFINITY;
      for (let i = 0; i + 1 < tokens.length; i++) {
        const made = this.ranks.get(pairKey(tokens[i], tokens[i + 1]));
        if (made !== undefined && made < best) best = made;
      }
      if (best === Number.POSITIVE_INFINITY) return tokens;
      const [a, b] = this.merges[best - 256];
      let kept = 0;
      for (let i = 0; i < tokens.length; kept++) {
        const fits = tokens[i] === a && i + 1 < tokens.length && tokens[i + 1] === b;
        tokens[kept] = fits ? best : tokens[i];
        i += fits ? 2 : 1;
      }
      tokens.length = kept;
    }
  }
}

/** One number for a pair of tokens; exact while tokens are below 2²⁶. */
function pairKey(a: number, b: number): number {
  return a * 67108864 + b;
}

/** Bytes as text, or one by one such as `<E2><80>` where they are no whole characters. */
function describeBytes(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return Array.from(bytes, (byte) => `<${byte.toString(16).toUpperCase().padStart(2, '0')}>`).join('');
  }
}

/** Learns merges from a text until there are V tokens or nothing occurs twice. */
export function buildSubwords(text: string, vocabularySize: number): SubwordTokenizer {
  const counts = new Map<string, number>();
  for (const [piece] of text.slice(0, learntFrom).matchAll(piecePattern)) {
    counts.set(piece, (counts.get(piece) ?? 0) + 1);
  }
  const words = [...counts].map(([piece, count]) => ({ tokens: Array.from(encodeWtf8(piece)), count }));
  return new SubwordTokenizer(learnMerges(words, vocabularySize - 256));
}

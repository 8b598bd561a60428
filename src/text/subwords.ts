import { type Cover, nothingOpen } from './cover';
import { GrowingIds, type Ids } from './ids';
import { border, learnMerges, type PieceTokens } from './merges';
import { PairTable } from './pair-table';
import { DistinctPieces, pieceEnd } from './pieces';
import type { TextForm } from './same-text';
import { subwordCovers, textOf } from './subword-covers';
import type { TokenStream } from './token-stream';
import type { Tokenizer, TokenizerData } from './tokenizer';
import { finish, type Work, within } from './work';
import { Wtf8Decoder, writeWtf8, wtf8Length } from './wtf8';

/** Distinct pieces whose tokens are remembered while a text is encoded, and tokens of them; then the memory starts anew. */
const rememberedPieces = 1 << 18;
const rememberedTokens = 1 << 22;

/** Bytes of distinct pieces that merges are learnt from at most; more would change them little and take gigabytes. */
const learntFrom = 1 << 25;

/** Bytes at most of a UTF-16 unit, and of a piece. */
const bytesOfUnit = 3;
const bytesOfPiece = 193;

/** UTF-16 units that are read between two yields, and so the pieces that there is room for: about a millisecond. */
const slice = 1 << 14;

/** Byte-level byte-pair encoding: 256 bytes and merges of two tokens into one. Lossless on any text, surrogates that stand alone included. */
export class SubwordTokenizer implements Tokenizer {
  readonly kind = 'subwords';
  readonly unknown = -1;
  readonly vocabulary: readonly string[];
  private readonly bytes: readonly Uint8Array[];
  /** Which tokens are no whole characters. */
  private readonly partial: readonly boolean[]; // (V)
  /** Tokens that no character begins with. */
  private readonly unfit: readonly number[];
  /** The pairs that merges join, and the token that each makes. A lower token was learnt earlier and is applied first. */
  private readonly pairs = new PairTable();
  private readonly made: Uint32Array;

  /** @param merges the two halves of token 256, of token 257, and so on */
  constructor(
    private readonly merges: readonly (readonly [number, number])[],
    readonly form: TextForm = 'unified',
  ) {
    const bytes = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
    this.made = new Uint32Array(merges.length);
    finish(this.pairs.reserve(merges.length));
    merges.forEach(([a, b], i) => {
      const joined = new Uint8Array(bytes[a].length + bytes[b].length);
      joined.set(bytes[a]);
      joined.set(bytes[b], bytes[a].length);
      bytes.push(joined);
      const known = this.pairs.find(a, b);
      this.made[known < 0 ? this.pairs.add(a, b) : known] = 256 + i;
    });
    this.bytes = bytes;
    this.partial = bytes.map((token) => textOf(token) === undefined);
    this.vocabulary = bytes.map(describeBytes);
    this.unfit = this.unfitAfter(new Wtf8Decoder());
  }

  encode(text: string): Ids {
    return finish(this.encoding(text));
  }

  *encoding(text: string): Work<Ids> {
    const ids = new GrowingIds(this.vocabulary.length);
    const merging = new Merging(this.pairs, this.made);
    let seen = new DistinctPieces(text);
    let tokens = new Uint32Array(1 << 10); // of the distinct pieces, one after another
    let ends = new Uint32Array(1 << 10); // where those of each piece end
    let used = 0;
    for (let at = 0; at < text.length; ) {
      if (seen.size > rememberedPieces || used > rememberedTokens) {
        seen = new DistinctPieces(text);
        used = 0;
      }
      const until = Math.min(at + slice, text.length);
      yield* sharing(seen.reserve(until - at), at / text.length);
      while (used + (until - at) * bytesOfUnit + bytesOfPiece > tokens.length) tokens = widened(tokens);
      while (seen.size + until - at > ends.length) ends = widened(ends);
      while (at < until) {
        const end = pieceEnd(text, at);
        const size = seen.size;
        const n = seen.add(at, end);
        if (n === size) {
          const count = merging.merge(text, at, end);
          tokens.set(merging.tokens.subarray(0, count), used);
          used += count;
          ends[n] = used;
        }
        for (let i = n === 0 ? 0 : ends[n - 1]; i < ends[n]; i++) ids.push(tokens[i]);
        at = end;
      }
      yield at / text.length;
    }
    return ids.share();
  }

  charactersOf(id: number): number {
    // All bytes of a character but its first are 10xxxxxx.
    return this.bytes[id].reduce((count, byte) => count + ((byte & 0xc0) === 0x80 ? 0 : 1), 0);
  }

  lackingAt(ids: Ids, end: number): number {
    // Backwards to the first byte of the last character, which says how many it has: four at most.
    for (let i = end - 1, there = 1; i >= 0 && there < 4; i--) {
      const bytes = this.bytes[ids[i]];
      for (let b = bytes.length - 1; b >= 0 && there < 4; b--, there++) {
        const byte = bytes[b];
        if ((byte & 0xc0) === 0x80) continue;
        const whole = byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
        return Math.max(0, whole - there) / whole;
      }
    }
    return 0;
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
    let piece = '';
    return {
      get piece() {
        return piece;
      },
      next: (id) => {
        const text = decoder.decode(this.bytes[id]);
        piece = decoder.isWhole ? '' : describePiece(this.bytes[id]);
        return text;
      },
      unfit: () => (decoder.isWhole ? this.unfit : this.unfitAfter(decoder)),
      fork: () => this.stream(decoder.fork()),
    };
  }

  openFrom(text: string): number {
    let from = 0;
    for (let end = 0; end < text.length; ) {
      from = end;
      end = pieceEnd(text, from);
    }
    return from;
  }

  covers(stump: string): readonly Cover[] {
    if (stump === '') return nothingOpen;
    const { bytes, vocabulary, partial } = this;
    const whole = vocabulary.map((text, id) => (partial[id] ? undefined : text)); // (V)
    const made = (a: number, b: number) => {
      const pair = this.pairs.find(a, b);
      return pair < 0 ? undefined : this.made[pair];
    };
    return subwordCovers({ bytes, whole, made, firstPiece }, stump);
  }

  after(): undefined {
    return undefined;
  }

  serialise(): TokenizerData {
    return { kind: 'subwords', form: this.form, merges: this.merges.map(([a, b]) => [a, b]) };
  }

  /** Tokens with which the text under way would be none, as a character would lack bytes or have others. */
  private unfitAfter(decoder: Wtf8Decoder): readonly number[] {
    return this.bytes.flatMap((bytes, id) => (decoder.fits(bytes) ? [] : [id]));
  }
}

/** Applies merges to one piece after another, the earliest learnt first. */
class Merging {
  /** The tokens of the last piece, in front. While it is merged each stands where its first byte was. */
  readonly tokens = new Uint32Array(bytesOfPiece);
  private readonly before = new Int16Array(bytesOfPiece);
  private readonly after = new Int16Array(bytesOfPiece);
  /** The token that each would make with the next one; 0 if they make none. */
  private readonly makes = new Uint32Array(bytesOfPiece);
  /** A binary heap of what could be made, the least on top, and of the same the leftmost: 256 · token + place. */
  private readonly heap = new Float64Array(3 * bytesOfPiece);
  private waiting = 0;

  constructor(
    private readonly pairs: PairTable,
    private readonly made: Uint32Array,
  ) {}

  /** Returns how many tokens the piece becomes. */
  merge(text: string, from: number, to: number): number {
    const { tokens, before, after, makes } = this;
    const length = writeWtf8(text, from, to, tokens, 0);
    this.waiting = 0;
    for (let at = 0; at < length; at++) {
      before[at] = at - 1;
      after[at] = at + 1;
      makes[at] = 0;
      if (at + 1 < length) this.propose(at);
    }
    while (this.waiting > 0) {
      const least = this.pop();
      const at = least & 255;
      const token = (least - at) / 256;
      if (makes[at] !== token) continue; // one of its halves went into another token
      tokens[at] = token;
      makes[after[at]] = 0;
      after[at] = after[after[at]];
      makes[at] = 0;
      if (after[at] < length) {
        before[after[at]] = at;
        this.propose(at);
      }
      if (at > 0) this.propose(before[at]);
    }
    let count = 0;
    for (let at = 0; at < length; at = after[at]) tokens[count++] = tokens[at];
    return count;
  }

  /** Looks up what a token makes with the next one. */
  private propose(at: number): void {
    const { tokens, heap } = this;
    const pair = this.pairs.find(tokens[at], tokens[this.after[at]]);
    this.makes[at] = pair < 0 ? 0 : this.made[pair];
    if (pair < 0) return;
    const key = 256 * this.made[pair] + at;
    let i = this.waiting++;
    while (i > 0 && heap[(i - 1) >> 1] > key) {
      heap[i] = heap[(i - 1) >> 1];
      i = (i - 1) >> 1;
    }
    heap[i] = key;
  }

  private pop(): number {
    const { heap } = this;
    const top = heap[0];
    const last = heap[--this.waiting];
    let i = 0;
    for (let child = 1; child < this.waiting; child = 2 * i + 1) {
      if (child + 1 < this.waiting && heap[child + 1] < heap[child]) child++;
      if (heap[child] >= last) break;
      heap[i] = heap[child];
      i = child;
    }
    heap[i] = last;
    return top;
  }
}

function widened(old: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const wider = new Uint32Array(2 * old.length);
  wider.set(old);
  return wider;
}

function* sharing(work: Generator<void, void>, share: number): Work<void> {
  for (const _ of work) yield share;
}

const byteNames = Array.from({ length: 256 }, (_, byte) => byte.toString(16).toUpperCase().padStart(2, '0'));

/** The first piece of a text. */
function firstPiece(text: string): string {
  return text === '' ? '' : text.slice(0, pieceEnd(text, 0));
}

/** The bytes at the end of a token that belong to a character which is not whole, such as `E2 80`. */
function describePiece(bytes: Uint8Array): string {
  const begins = bytes.findLastIndex((byte) => (byte & 0xc0) !== 0x80);
  return Array.from(bytes.subarray(Math.max(0, begins)), (byte) => byteNames[byte]).join(' ');
}

/** Bytes as text, or one by one such as `<E2><80>` where they are no whole characters. */
function describeBytes(bytes: Uint8Array): string {
  return textOf(bytes) ?? Array.from(bytes, (byte) => `<${byteNames[byte]}>`).join('');
}

/** Subwords, and what a person should know of how they were learnt. */
export interface LearntSubwords {
  readonly tokenizer: SubwordTokenizer;
  /** A sentence if it was from a part of the text. */
  readonly notes: readonly string[];
}

/** Learns merges from a text until there are V tokens or nothing occurs twice. */
export function buildSubwords(text: string, vocabularySize: number): SubwordTokenizer {
  return finish(learnSubwords(text, vocabularySize)).tokenizer;
}

/**
 * The same bit by bit.
 * @param mostBytes of distinct pieces that are learnt from
 */
export function* learnSubwords(text: string, vocabularySize: number, mostBytes = learntFrom): Work<LearntSubwords> {
  const pieces = new DistinctPieces(text);
  let length = 0;
  let at = 0;
  while (at < text.length && length <= mostBytes) {
    yield* sharing(pieces.reserve(slice), (0.2 * at) / text.length);
    for (const until = Math.min(at + slice, text.length); at < until; ) {
      const end = pieceEnd(text, at);
      const size = pieces.size;
      if (pieces.add(at, end) === size) length += wtf8Length(text, at, end);
      at = end;
    }
    yield (0.2 * at) / text.length;
  }
  const tokens = yield* within(0.2, 0.25, asTokens(text, pieces, length));
  const merges = yield* within(0.25, 1, learnMerges(tokens, vocabularySize - 256));
  const share = Math.floor((100 * at) / text.length);
  const notes =
    at < text.length
      ? [
          `The subwords were learnt from the first ${share}% of the text: there are too many different words in it for more.`,
        ]
      : [];
  return { tokenizer: new SubwordTokenizer(merges), notes };
}

/** The bytes of distinct pieces, the least frequent first. @param length bytes of all of them */
function* asTokens(text: string, pieces: DistinctPieces, length: number): Work<PieceTokens> {
  const sizes = new Map<number, number>();
  for (let n = 0; n < pieces.size; n++) sizes.set(pieces.count(n), (sizes.get(pieces.count(n)) ?? 0) + 1);
  const counts = [...sizes.keys()].sort((x, y) => x - y);
  const order = new Uint32Array(pieces.size);
  const cursors = new Map<number, number>();
  let before = 0;
  for (const count of counts) {
    cursors.set(count, before);
    before += sizes.get(count) ?? 0;
  }
  yield 0;
  for (let n = 0; n < pieces.size; n++) {
    const count = pieces.count(n);
    const place = cursors.get(count) ?? 0;
    order[place] = n;
    cursors.set(count, place + 1);
  }
  yield 0;
  const tokens = new Uint16Array(length + pieces.size + 1);
  const ends: number[] = [];
  let at = 0;
  tokens[at++] = border;
  for (let i = 0; i < order.length; i++) {
    const n = order[i];
    at = writeWtf8(text, pieces.start(n), pieces.end(n), tokens, at);
    tokens[at++] = border;
    const isLast = i + 1 === order.length || pieces.count(order[i + 1]) !== pieces.count(n);
    if (isLast) ends.push(at);
    if ((i & 0x3fff) === 0) yield i / order.length;
  }
  return { tokens, ends, counts };
}

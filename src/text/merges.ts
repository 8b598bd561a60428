import { PairHeap } from './pair-heap';
import { PairTable } from './pair-table';
import type { Work } from './work';

/** Stands between two pieces, before the first and behind the last. */
export const border = 0xffff;

/** Where a token began that is a part of another one now. */
const inside = 0xfffe;

/** Merges at most: tokens are 16-bit numbers, two of which are taken. */
export const mostMerges = inside - 256;

/** Places that are looked at between two yields: about a millisecond. */
const slice = 1 << 15;

/** Distinct pieces of a text as tokens, one after another; those that occur equally often stand together. */
export interface PieceTokens {
  /** Bytes, with `border` in front of each piece and behind the last. */
  readonly tokens: Uint16Array;
  /** Where the pieces of each frequency end in `tokens`, in order. */
  readonly ends: readonly number[];
  /** How often each of those pieces occurs. */
  readonly counts: readonly number[];
}

/**
 * Learns byte-pair merges (Sennrich et al., arXiv:1508.07909): joins the most frequent pair of neighbours, again and again.
 * Ties go to the lower ids. A merge costs only the places that it changes, so the whole costs about as much as the text is long.
 * @param pieces overwritten
 * @param limit how many merges at most; fewer if no pair occurs twice
 * @returns the halves of tokens 256, 257, …
 */
export function learnMerges(pieces: PieceTokens, limit: number): Work<[number, number][]> {
  return new Learner(pieces, Math.min(limit, mostMerges)).learn();
}

/**
 * A token stands in `tokens` at its first byte and at its last, and is as long as its bytes, which gives each token its
 * neighbours without links. A pair is known by the places where it began when its newer token was made. All of them come into
 * being then, in ascending order, and a pair never occurs more often later, so what has gone is left out when the list is read.
 */
class Learner {
  private readonly tokens: Uint16Array;
  private readonly lengths: Uint16Array; // (V) bytes of each token
  private readonly merges: [number, number][] = [];
  /** Pairs that occurred at least twice when they came into being. */
  private readonly pairs = new PairTable();
  /** How often each pair occurs in the text. */
  private counts = new Uint32Array(1 << 8);
  /** Where the places of each pair begin and how many there are, in the array of its newer token. */
  private from = new Uint32Array(1 << 8);
  private sizes = new Uint32Array(1 << 8);
  /** Places of the pairs whose newer token is 256, 257, …; before them those of the pairs of bytes. */
  private readonly places: Int32Array[] = [];
  private readonly heap: PairHeap;
  /** What the merge under way does to the pairs of a token on its left, or on its right. */
  private readonly left: Side;
  private readonly right: Side;

  constructor(
    private readonly pieces: PieceTokens,
    private readonly limit: number,
  ) {
    this.tokens = pieces.tokens;
    this.lengths = new Uint16Array(256 + limit).fill(1, 0, 256);
    this.heap = new PairHeap(this.pairs);
    this.left = new Side(256 + limit);
    this.right = new Side(256 + limit);
  }

  *learn(): Work<[number, number][]> {
    if (this.limit <= 0) return this.merges;
    yield* this.findBytePairs();
    while (this.merges.length < this.limit) {
      const pair = this.heap.pop(this.counts);
      if (pair < 0) break;
      yield* this.join(pair);
      yield this.share;
    }
    return this.merges;
  }

  private get share(): number {
    return this.merges.length / this.limit;
  }

  /** The pairs that a text begins with. */
  private *findBytePairs(): Work<void> {
    const { tokens } = this;
    const counts = new Float64Array(1 << 16); // (first, second)
    const times = new Uint32Array(1 << 16);
    const { ends, counts: frequencies } = this.pieces;
    let total = 0;
    for (let at = 1, group = 0; at + 1 < tokens.length; ) {
      const end = Math.min(at + slice, tokens.length - 1);
      for (; at < end; at++) {
        if (tokens[at] === border || tokens[at + 1] === border) continue;
        while (at >= ends[group]) group++;
        const pair = (tokens[at] << 8) | tokens[at + 1];
        counts[pair] += frequencies[group];
        times[pair]++;
      }
      yield 0;
    }
    const cursors = new Int32Array(1 << 16).fill(-1);
    yield* this.reserve(1 << 16);
    for (let pair = 0; pair < counts.length; pair++) {
      if (counts[pair] < 2) continue;
      this.create(pair >> 8, pair & 255, counts[pair], total, times[pair]);
      cursors[pair] = total;
      total += times[pair];
    }
    const places = new Int32Array(total);
    for (let at = 1; at + 1 < tokens.length; ) {
      const end = Math.min(at + slice, tokens.length - 1);
      for (; at < end; at++) {
        if (tokens[at] === border || tokens[at + 1] === border) continue;
        const pair = (tokens[at] << 8) | tokens[at + 1];
        if (cursors[pair] >= 0) places[cursors[pair]++] = at;
      }
      yield 0;
    }
    this.places.push(places);
  }

  /** Makes one token of a pair wherever it occurs. */
  private *join(pair: number): Work<void> {
    const [a, b] = [this.pairs.first(pair), this.pairs.second(pair)];
    const made = 256 + this.merges.length;
    this.merges.push([a, b]);
    this.lengths[made] = this.lengths[a] + this.lengths[b];
    const newer = Math.max(a, b);
    const list = this.places[newer < 256 ? 0 : newer - 255];
    const places = list.subarray(this.from[pair], this.from[pair] + this.sizes[pair]);
    let joined = 0;
    for (let at = 0; at < places.length; at += slice) {
      joined = this.replace(places, at, Math.min(at + slice, places.length), joined, a, b, made);
      if (at > 0) yield this.share;
    }
    this.counts[pair] = 0;
    this.forget(a, b);
    const changed = places.subarray(0, joined);
    for (let at = 0; at < joined; at += slice) {
      this.count(changed.subarray(at, at + slice), made);
      if (at > 0) yield this.share;
    }
    yield* this.reserve(this.left.touched + this.right.touched);
    const found = new Int32Array(this.createFound(made));
    for (let at = 0; at < joined; at += slice) {
      this.collect(changed.subarray(at, at + slice), made, found);
      if (at > 0) yield this.share;
    }
    this.places.push(found);
    this.left.clear();
    this.right.clear();
  }

  /**
   * Replaces a pair at those of its places where it still is, and notes what its neighbours lose. Moves these places to the
   * front of the list, from `joined` on; returns where they end.
   */
  private replace(
    places: Int32Array,
    from: number,
    to: number,
    joined: number,
    a: number,
    b: number,
    made: number,
  ): number {
    const { tokens, lengths, left, right } = this;
    const { ends, counts } = this.pieces;
    const [first, second] = [lengths[a], lengths[b]];
    let kept = joined;
    let group = groupOf(ends, places[from]);
    for (let n = from; n < to; n++) {
      const at = places[n];
      const middle = at + first;
      if (tokens[at] !== a || tokens[middle] !== b) continue;
      while (at >= ends[group]) group++;
      const before = tokens[at - 1];
      const after = tokens[middle + second];
      // What a token just made has on its right it lost when it was made.
      if (before !== border && before !== made) left.lose(before, counts[group]);
      if (after !== border) right.lose(after, counts[group]);
      tokens[middle] = inside;
      tokens[at] = made;
      tokens[middle + second - 1] = made;
      places[kept++] = at;
    }
    return kept;
  }

  /** Takes from the pairs (x, a) and (b, y) what they lost to a merge of a and b. */
  private forget(a: number, b: number): void {
    const { left, right, pairs, counts } = this;
    for (let n = 0; n < left.losers; n++) {
      const x = left.loser(n);
      const pair = pairs.find(x, a);
      if (pair >= 0) counts[pair] -= Math.min(counts[pair], left.lost[x]);
    }
    for (let n = 0; n < right.losers; n++) {
      const y = right.loser(n);
      const pair = pairs.find(b, y);
      if (pair >= 0) counts[pair] -= Math.min(counts[pair], right.lost[y]);
    }
  }

  /** Counts what stands beside a new token. Two of them side by side count as the left one's. */
  private count(places: Int32Array, made: number): void {
    const { tokens, lengths, left, right } = this;
    const { ends, counts } = this.pieces;
    const length = lengths[made];
    let group = groupOf(ends, places[0]);
    for (const at of places) {
      while (at >= ends[group]) group++;
      const before = tokens[at - 1];
      const after = tokens[at + length];
      if (before !== border && before !== made) left.gain(before, counts[group]);
      if (after !== border) right.gain(after, counts[group]);
    }
  }

  /** Creates the new token's pairs that occur at least twice. Returns how many places they have together. */
  private createFound(made: number): number {
    const { left, right } = this;
    let total = 0;
    for (let n = 0; n < left.touched; n++) {
      const x = left.token(n);
      if (left.gained[x] < 2) continue;
      this.create(x, made, left.gained[x], total, left.times[x]);
      left.cursors[x] = total;
      total += left.times[x];
    }
    for (let n = 0; n < right.touched; n++) {
      const y = right.token(n);
      if (right.gained[y] < 2) continue;
      this.create(made, y, right.gained[y], total, right.times[y]);
      right.cursors[y] = total;
      total += right.times[y];
    }
    return total;
  }

  private collect(places: Int32Array, made: number, found: Int32Array): void {
    const { tokens, lengths, left, right } = this;
    const length = lengths[made];
    for (const at of places) {
      const before = tokens[at - 1];
      const after = tokens[at + length];
      if (before !== border && before !== made && left.gained[before] >= 2) {
        found[left.cursors[before]++] = at - lengths[before];
      }
      if (after !== border && right.gained[after] >= 2) found[right.cursors[after]++] = at;
    }
  }

  private create(a: number, b: number, count: number, from: number, size: number): void {
    const pair = this.pairs.add(a, b);
    this.counts[pair] = count;
    this.from[pair] = from;
    this.sizes[pair] = size;
    this.heap.push(pair, count);
  }

  private *reserve(more: number): Work<void> {
    for (const _ of this.pairs.reserve(more)) yield this.share;
    while (this.pairs.size + more > this.counts.length) {
      for (const name of ['counts', 'from', 'sizes'] as const) {
        const wider = new Uint32Array(2 * this[name].length);
        wider.set(this[name]);
        this[name] = wider;
      }
    }
  }
}

/** The pieces' group, by frequency, that a place is in. */
function groupOf(ends: readonly number[], place: number): number {
  let [low, high] = [0, ends.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (place < ends[middle]) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** What a merge does to the pairs that its tokens have on one side, by the neighbour. */
class Side {
  readonly lost: Uint32Array; // (V)
  readonly gained: Uint32Array; // (V)
  /** Places that the gain comes from. */
  readonly times: Uint32Array; // (V)
  readonly cursors: Uint32Array; // (V)
  losers = 0;
  touched = 0;
  private readonly lostBy: Uint16Array;
  private readonly gainedBy: Uint16Array;

  constructor(vocabulary: number) {
    this.lost = new Uint32Array(vocabulary);
    this.gained = new Uint32Array(vocabulary);
    this.times = new Uint32Array(vocabulary);
    this.cursors = new Uint32Array(vocabulary);
    this.lostBy = new Uint16Array(vocabulary);
    this.gainedBy = new Uint16Array(vocabulary);
  }

  lose(token: number, count: number): void {
    if (this.lost[token] === 0) this.lostBy[this.losers++] = token;
    this.lost[token] += count;
  }

  gain(token: number, count: number): void {
    if (this.times[token]++ === 0) this.gainedBy[this.touched++] = token;
    this.gained[token] += count;
  }

  /** The n-th token that lost something. */
  loser(n: number): number {
    return this.lostBy[n];
  }

  /** The n-th token that gained something. */
  token(n: number): number {
    return this.gainedBy[n];
  }

  clear(): void {
    for (let n = 0; n < this.losers; n++) this.lost[this.lostBy[n]] = 0;
    for (let n = 0; n < this.touched; n++) {
      this.gained[this.gainedBy[n]] = 0;
      this.times[this.gainedBy[n]] = 0;
    }
    this.losers = 0;
    this.touched = 0;
  }
}

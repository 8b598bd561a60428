/** A distinct piece of the text: its tokens, and how often it occurs. */
export interface CountedPiece {
  tokens: number[];
  readonly count: number;
}

/** How often a pair of neighbouring tokens occurs, and in which pieces. */
interface Pair {
  readonly a: number;
  readonly b: number;
  count: number;
  /** Indices of pieces that have had it; some may have it no longer. */
  readonly pieces: Set<number>;
}

/**
 * Learns byte-pair merges (Sennrich et al., arXiv:1508.07909): joins the most frequent pair of neighbours, again and again.
 * Counts are kept up to date merge by merge, so a merge costs only the pieces that it changes. Ties go to the lower ids.
 * @param pieces with bytes as tokens; overwritten
 * @param limit how many merges at most; fewer if no pair occurs twice
 * @returns the halves of tokens 256, 257, …
 */
export function learnMerges(pieces: CountedPiece[], limit: number): [number, number][] {
  const pairs = new Map<number, Pair>();
  const heap = new PairHeap();
  const touched = new Set<Pair>();
  const change = (a: number, b: number, by: number, piece: number) => {
    const key = a * 67108864 + b;
    let pair = pairs.get(key);
    if (!pair) {
      pair = { a, b, count: 0, pieces: new Set() };
      pairs.set(key, pair);
    }
    pair.count += by;
    if (by > 0) pair.pieces.add(piece);
    touched.add(pair);
  };
  const settle = () => {
    for (const pair of touched) {
      if (pair.count > 1) heap.push(pair);
      else if (pair.count <= 0) pairs.delete(pair.a * 67108864 + pair.b);
    }
    touched.clear();
  };
  pieces.forEach(({ tokens, count }, index) => {
    for (let i = 0; i + 1 < tokens.length; i++) change(tokens[i], tokens[i + 1], count, index);
  });
  settle();

  const merges: [number, number][] = [];
  while (merges.length < limit) {
    const pair = heap.pop();
    if (!pair) break;
    const { a, b } = pair;
    const made = 256 + merges.length;
    merges.push([a, b]);
    for (const index of pair.pieces) {
      const { tokens, count } = pieces[index];
      const merged = joinPairs(tokens, a, b, made);
      if (merged.length === tokens.length) continue;
      for (let i = 0; i + 1 < tokens.length; i++) change(tokens[i], tokens[i + 1], -count, index);
      for (let i = 0; i + 1 < merged.length; i++) change(merged[i], merged[i + 1], count, index);
      pieces[index].tokens = merged;
    }
    settle();
  }
  return merges;
}

function joinPairs(tokens: readonly number[], a: number, b: number, made: number): number[] {
  const merged: number[] = [];
  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i] === a && i + 1 < tokens.length && tokens[i + 1] === b) {
      merged.push(made);
      i++;
    } else merged.push(tokens[i]);
  }
  return merged;
}

interface HeapEntry {
  readonly pair: Pair;
  /** The pair's count when it was pushed; the entry is stale if the count has changed since. */
  readonly count: number;
}

/** A binary heap of pairs by count, the greatest on top. Changed pairs are pushed again, and stale entries dropped. */
class PairHeap {
  private readonly entries: HeapEntry[] = [];

  push(pair: Pair): void {
    const entries = this.entries;
    const entry = { pair, count: pair.count };
    let i = entries.length;
    entries.push(entry);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(entry, entries[parent])) break;
      entries[i] = entries[parent];
      i = parent;
    }
    entries[i] = entry;
  }

  pop(): Pair | undefined {
    for (;;) {
      const top = this.entries[0];
      if (!top) return undefined;
      this.dropTop();
      if (top.count === top.pair.count) return top.pair;
    }
  }

  private dropTop(): void {
    const entries = this.entries;
    const last = entries.pop()!;
    const n = entries.length;
    if (n === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= n) break;
      if (child + 1 < n && before(entries[child + 1], entries[child])) child++;
      if (!before(entries[child], last)) break;
      entries[i] = entries[child];
      i = child;
    }
    entries[i] = last;
  }
}

function before(x: HeapEntry, y: HeapEntry): boolean {
  return (x.count - y.count || y.pair.a - x.pair.a || y.pair.b - x.pair.b) > 0;
}

import type { PairTable } from './pair-table';

/**
 * A binary heap of pairs by count, the greatest on top, then the lowest ids. Counts only fall, so an entry's count is never
 * too low, and an entry that has reached the top with an old one is put where it belongs now.
 */
export class PairHeap {
  private used = 0;
  private entries = new Uint32Array(1 << 8);
  private counts = new Uint32Array(1 << 8);

  constructor(private readonly pairs: PairTable) {}

  push(pair: number, count: number): void {
    if (this.used === this.entries.length) {
      for (const name of ['entries', 'counts'] as const) {
        const wider = new Uint32Array(2 * this[name].length);
        wider.set(this[name]);
        this[name] = wider;
      }
    }
    let i = this.used++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.before(pair, count, this.entries[parent], this.counts[parent])) break;
      this.entries[i] = this.entries[parent];
      this.counts[i] = this.counts[parent];
      i = parent;
    }
    this.entries[i] = pair;
    this.counts[i] = count;
  }

  /** Takes the pair that occurs most often, by the counts of now; −1 if none occurs twice. */
  pop(now: Uint32Array): number {
    while (this.used > 0) {
      const pair = this.entries[0];
      const count = now[pair];
      if (count === this.counts[0]) {
        this.dropTop();
        return pair;
      }
      if (count < 2) this.dropTop();
      else this.sink(pair, count);
    }
    return -1;
  }

  private dropTop(): void {
    this.used--;
    if (this.used > 0) this.sink(this.entries[this.used], this.counts[this.used]);
  }

  /** Puts an entry in the top's place, and then where it belongs. */
  private sink(pair: number, count: number): void {
    const { entries, counts, used } = this;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= used) break;
      const right = child + 1;
      if (right < used && this.before(entries[right], counts[right], entries[child], counts[child])) child = right;
      if (!this.before(entries[child], counts[child], pair, count)) break;
      entries[i] = entries[child];
      counts[i] = counts[child];
      i = child;
    }
    entries[i] = pair;
    counts[i] = count;
  }

  private before(x: number, xCount: number, y: number, yCount: number): boolean {
    if (xCount !== yCount) return xCount > yCount;
    const { pairs } = this;
    return (pairs.first(y) - pairs.first(x) || pairs.second(y) - pairs.second(x)) > 0;
  }
}

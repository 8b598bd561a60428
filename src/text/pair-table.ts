/** Pairs of tokens, numbered in the order in which they came; in typed arrays, with one open-addressing table. */
export class PairTable {
  private used = 0;
  private firsts = new Uint32Array(1 << 8);
  private seconds = new Uint32Array(1 << 8);
  /** Slot → number + 1, 0 if empty. Always at most half full. */
  private table = new Uint32Array(1 << 9);

  /** Pairs so far. */
  get size(): number {
    return this.used;
  }

  /** The left token of the n-th pair. */
  first(n: number): number {
    return this.firsts[n];
  }

  /** The right token of the n-th pair. */
  second(n: number): number {
    return this.seconds[n];
  }

  /** The number of a pair; −1 if it never came. */
  find(a: number, b: number): number {
    const { table } = this;
    const mask = table.length - 1;
    for (let slot = hash(a, b) & mask; table[slot] !== 0; slot = (slot + 1) & mask) {
      const n = table[slot] - 1;
      if (this.firsts[n] === a && this.seconds[n] === b) return n;
    }
    return -1;
  }

  /**
   * Makes room for so many more, so that adding them never takes long.
   * Yields every few milliseconds.
   */
  *reserve(more: number): Generator<void, void> {
    while (this.used + more > this.firsts.length) {
      for (const name of ['firsts', 'seconds'] as const) {
        const wider = new Uint32Array(2 * this[name].length);
        wider.set(this[name]);
        this[name] = wider;
      }
      this.table = new Uint32Array(2 * this.table.length);
      for (let n = 0; n < this.used; n++) {
        this.place(n);
        if ((n & 0xffff) === 0xffff) yield;
      }
    }
  }

  /** Adds a pair that never came, for which there must be room, and returns its number. */
  add(a: number, b: number): number {
    const n = this.used++;
    this.firsts[n] = a;
    this.seconds[n] = b;
    this.place(n);
    return n;
  }

  private place(n: number): void {
    const mask = this.table.length - 1;
    let slot = hash(this.firsts[n], this.seconds[n]) & mask;
    while (this.table[slot] !== 0) slot = (slot + 1) & mask;
    this.table[slot] = n + 1;
  }
}

function hash(a: number, b: number): number {
  let x = Math.imul(a, 0x9e3779b1) ^ Math.imul(b + 1, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
  return x ^ (x >>> 13);
}

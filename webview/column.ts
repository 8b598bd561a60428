import { firstWhere } from './pixel-columns';

const block = 32;

/** Least and greatest finite value of a stretch; `low > high` if it has none. */
export interface Extent {
  low: number;
  high: number;
}

/**
 * A growing series of numbers that answers the extent of any stretch in time proportional to its length ÷ 32, so that a
 * chart of a million points is drawn by asking once a pixel. Values that are not finite are gaps.
 */
export class Column {
  values = new Float64Array(1024);
  length = 0;
  private lows = new Float64Array(1024 / block);
  private highs = new Float64Array(1024 / block);
  /** Indices of the values that are +∞, in order; they are few or none. */
  private infinite: number[] = [];

  /** The last value; NaN when empty. */
  get last(): number {
    return this.length > 0 ? this.values[this.length - 1] : Number.NaN;
  }

  clear(): void {
    this.length = 0;
    this.infinite = [];
  }

  /** Appends numbers, each through `map` if given. */
  append(more: ArrayLike<number>, map?: (value: number) => number): void {
    const start = this.length;
    this.reserve(start + more.length);
    if (map) for (let i = 0; i < more.length; i++) this.values[start + i] = map(more[i]);
    else this.values.set(more, start);
    this.length = start + more.length;
    for (let i = start; i < this.length; i++) if (this.values[i] === Number.POSITIVE_INFINITY) this.infinite.push(i);
    for (let b = Math.floor(start / block); b * block < this.length; b++) {
      const extent = { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY };
      this.scan(b * block, Math.min(this.length, (b + 1) * block), extent);
      this.lows[b] = extent.low;
      this.highs[b] = extent.high;
    }
  }

  /** Widens `extent` to the finite values at indices `from` (inclusive) to `to` (exclusive), and returns it. */
  extent(from: number, to: number, extent: Extent): Extent {
    const end = Math.min(to, this.length);
    const firstBlock = Math.ceil(from / block);
    const lastBlock = Math.floor(end / block);
    if (firstBlock >= lastBlock) return this.scan(from, end, extent);
    this.scan(from, firstBlock * block, extent);
    for (let b = firstBlock; b < lastBlock; b++) {
      if (this.lows[b] < extent.low) extent.low = this.lows[b];
      if (this.highs[b] > extent.high) extent.high = this.highs[b];
    }
    return this.scan(lastBlock * block, end, extent);
  }

  /** Whether any value at indices `from` (inclusive) to `to` (exclusive) is +∞. */
  hasInfinite(from: number, to: number): boolean {
    const { infinite } = this;
    const first = firstWhere(0, infinite.length, (i) => infinite[i] >= from);
    return first < infinite.length && infinite[first] < to;
  }

  /** First index whose value is at least `value`, in a column that never falls; `length` if there is none. */
  lowerBound(value: number, from = 0): number {
    let low = from;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.values[middle] < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Index of the value nearest to `value`, in a column that never falls; −1 when empty. */
  nearest(value: number): number {
    const index = this.lowerBound(value);
    if (index === 0) return this.length > 0 ? 0 : -1;
    if (index === this.length) return this.length - 1;
    return value - this.values[index - 1] <= this.values[index] - value ? index - 1 : index;
  }

  /** The values in use; a view that the next growth leaves behind. */
  get used(): Float64Array {
    return this.values.subarray(0, this.length);
  }

  private scan(from: number, to: number, extent: Extent): Extent {
    const { values } = this;
    for (let i = from; i < to; i++) {
      const value = values[i];
      if (value < extent.low && value !== Number.NEGATIVE_INFINITY) extent.low = value;
      if (value > extent.high && value !== Number.POSITIVE_INFINITY) extent.high = value;
    }
    return extent;
  }

  private reserve(capacity: number): void {
    if (capacity > this.values.length) {
      const values = new Float64Array(Math.max(capacity, this.values.length * 2));
      values.set(this.values.subarray(0, this.length));
      this.values = values;
    }
    const blocks = Math.ceil(this.values.length / block);
    if (blocks > this.lows.length) {
      const grow = (old: Float64Array) => {
        const grown = new Float64Array(blocks);
        grown.set(old);
        return grown;
      };
      this.lows = grow(this.lows);
      this.highs = grow(this.highs);
    }
  }
}

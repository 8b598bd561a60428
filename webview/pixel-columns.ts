/**
 * First index from `from` to below `count` at which a condition holds that, once it does, goes on to hold; `count` if there is
 * none. Costs the logarithm of how far it is.
 */
export function firstWhere(from: number, count: number, holds: (index: number) => boolean): number {
  let low = from;
  let stride = 1;
  while (low + stride <= count && !holds(low + stride - 1)) {
    low += stride;
    stride *= 2;
  }
  let high = Math.min(count, low + stride - 1);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Shows things by the columns of pixels that they begin in: each column that has any, once, so that the cost depends on the
 * width and not on how many there are.
 * @param x where a thing begins, pixels; never falls from `from` (inclusive) to `to` (exclusive)
 * @param show is given the first of a column, and the first beyond
 */
export function eachPixel(
  from: number,
  to: number,
  x: (index: number) => number,
  show: (first: number, next: number) => void,
): void {
  for (let index = from; index < to; ) {
    const edge = Math.floor(x(index)) + 1;
    const next = firstWhere(index + 1, to, (other) => x(other) >= edge);
    show(index, next);
    index = next;
  }
}

/** Values that a moving average of this weight reaches back, from 1. */
export function reach(weight: number): number {
  return Math.round(1 / (1 - weight));
}

/** The weight of a moving average that reaches back this many values; the inverse of `reach`. */
export function weightOf(values: number): number {
  return 1 - 1 / Math.max(1, values);
}

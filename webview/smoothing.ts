/**
 * A debiased exponential moving average: each value weighs `weight` times the next one, and early values are not pulled towards
 * zero (as in Adam's correction). Takes every value in order; decimation comes after. Values that are not finite are
 * passed over and answered by NaN.
 */
export class Smoother {
  private sum = 0;
  private total = 0;

  /** @param weight from 0 (no smoothing) to below 1; the average reaches back about 1/(1 − weight) values */
  constructor(readonly weight: number) {}

  next(value: number): number {
    if (!Number.isFinite(value)) return Number.NaN;
    this.sum = this.weight * this.sum + (1 - this.weight) * value;
    this.total = this.weight * this.total + (1 - this.weight);
    return this.sum / this.total;
  }
}

/** Values that a moving average of this weight reaches back, from 1. */
export function reach(weight: number): number {
  return Math.round(1 / (1 - weight));
}

/** The weight of a moving average that reaches back this many values; the inverse of `reach`. */
export function weightOf(values: number): number {
  return 1 - 1 / Math.max(1, values);
}

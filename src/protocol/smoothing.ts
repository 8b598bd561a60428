/** Weight of a moving average unless a person chooses another: it reaches back about thirty values. */
export const usualWeight = 1 - 1 / 30;

/**
 * A debiased exponential moving average: each value weighs `weight` times the next one, and early values are not pulled towards
 * zero (as in Adam's correction). Takes every value in order; decimation comes after. Values that are not finite are
 * passed over and answered by NaN.
 */
export class Smoother {
  private sum = 0;
  private total = 0;

  /** @param weight from 0 (no smoothing) to below 1; the average reaches back about 1/(1 − weight) values */
  constructor(readonly weight = usualWeight) {}

  next(value: number): number {
    if (!Number.isFinite(value)) return Number.NaN;
    this.sum = this.weight * this.sum + (1 - this.weight) * value;
    this.total = this.weight * this.total + (1 - this.weight);
    return this.sum / this.total;
  }
}

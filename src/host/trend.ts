import { Smoother } from '../protocol/smoothing';

/** Most points of a curve: beyond them, neighbours are joined. */
const most = 256;

/**
 * A curve of everything that was added, in 128 to 256 points once there are as many: each is the mean of as many values.
 * Adding is O(1). Values that are not finite are passed over.
 */
export class Trend {
  private points: number[] = [];
  /** Values in a point. */
  private width = 1;
  private sum = 0;
  private count = 0;

  add(value: number): void {
    if (!Number.isFinite(value)) return;
    this.sum += value;
    this.count++;
    if (this.count < this.width) return;
    this.points.push(this.sum / this.count);
    this.sum = 0;
    this.count = 0;
    if (this.points.length < most) return;
    this.points = Array.from({ length: most / 2 }, (_, i) => (this.points[2 * i] + this.points[2 * i + 1]) / 2);
    this.width *= 2;
  }

  /** The curve, oldest first; its last point is what is not a whole one yet. */
  get curve(): number[] {
    return this.count > 0 ? [...this.points, this.sum / this.count] : [...this.points];
  }
}

/** The curves of a run's steps, averaged as the panel's are before anything is left out, and the newest average. */
export class StepTrends {
  private readonly lossAverage = new Smoother();
  private readonly normAverage = new Smoother();
  private readonly losses = new Trend();
  private readonly norms = new Trend();
  private readonly speeds = new Trend();
  private newest = Number.NaN;

  /** Adds a step. @param loss nats */
  add(loss: number, gradNorm: number, tokensPerSecond: number): void {
    const average = this.lossAverage.next(loss);
    if (!Number.isNaN(average)) this.newest = average;
    this.losses.add(average);
    this.norms.add(this.normAverage.next(Math.log(gradNorm)));
    this.speeds.add(tokensPerSecond);
  }

  /** exp of the newest average of the loss; NaN before the first. */
  get perplexity(): number {
    return Math.exp(this.newest);
  }

  /** The curves, oldest first. */
  get curves(): { readonly perplexity: number[]; readonly gradNorm: number[]; readonly tokensPerSecond: number[] } {
    return {
      perplexity: this.losses.curve.map(Math.exp),
      gradNorm: this.norms.curve.map(Math.exp),
      tokensPerSecond: this.speeds.curve,
    };
  }
}

/** As many values of a list as a curve has points, at most, the last one among them. */
export function thinned<T>(values: readonly T[]): T[] {
  const every = Math.ceil(values.length / most);
  return values.filter((_, index) => (values.length - 1 - index) % every === 0);
}

import { MovingAverage } from './perplexity';

/** How fast a run learns lately: tokens over time, both averaged, so that a step too short for the clock counts as any other. */
export class Speed {
  private readonly tokens = new MovingAverage(0.9);
  private readonly milliseconds = new MovingAverage(0.9);

  add(tokens: number, milliseconds: number): void {
    this.tokens.add(tokens);
    this.milliseconds.add(milliseconds);
  }

  /** A whole number; NaN until any time has passed on the clock. */
  get tokensPerSecond(): number {
    const milliseconds = this.milliseconds.value;
    return milliseconds > 0 ? Math.round((1000 * this.tokens.value) / milliseconds) : Number.NaN;
  }
}

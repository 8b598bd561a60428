/**
 * Calls a function at most once in an interval: at the interval's end, if anything asked for it meanwhile.
 * Nothing runs while nobody asks.
 */
export class Throttle {
  private timer: NodeJS.Timeout | undefined;
  private last = Number.NEGATIVE_INFINITY;

  /** @param interval milliseconds between two calls, at least */
  constructor(
    private readonly interval: number,
    private readonly action: () => void,
  ) {}

  /** Whether a call was asked for that is still to come. */
  get isRequested(): boolean {
    return this.timer !== undefined;
  }

  /** Asks for a call: now, if the last one is an interval ago, else when it is. */
  request(): void {
    if (this.timer) return;
    const wait = Math.max(0, this.last + this.interval - performance.now());
    this.timer = setTimeout(() => this.run(), wait);
  }

  /** Calls at once and forgets what was asked for. */
  flush(): void {
    this.run();
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private run(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.last = performance.now();
    this.action();
  }
}

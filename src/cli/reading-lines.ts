import type { ReadingEvent } from '../training/events';

/** Milliseconds until there is a first line, and then between two. */
const patience = 1000;
const interval = 3000;

/** Tells on a terminal how far the reading of a large text is: nothing of a short one, and a line now and then of a long one. */
export class ReadingLines {
  private dueAt: number;

  /** @param source the text's name @param now milliseconds, monotonic */
  constructor(
    private readonly source: string,
    private readonly now: () => number,
  ) {
    this.dueAt = now() + patience;
  }

  /** The line to print for an event, if it is time for one. */
  line({ what, share }: ReadingEvent): string | undefined {
    if (this.now() < this.dueAt) return undefined;
    this.dueAt = this.now() + interval;
    return `Reading ${this.source}: ${what} ${Math.floor(100 * share)} %`;
  }
}

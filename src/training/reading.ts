import type { Progress } from '../text/work';
import type { Clock, TrainingControl } from './control';
import type { ReadingEvent } from './events';

/** Longest time without letting the thread breathe, milliseconds; the work itself yields more often. */
const breathInterval = 20;
/** Time between two events, milliseconds: four a second. */
const eventInterval = 250;

/** The work before the first step, done while its thread breathes, told about, and given up when the run is stopped. */
export class Reading {
  private toldAt: number;
  private breathedAt: number;

  constructor(
    private readonly control: TrainingControl,
    private readonly clock: Clock,
  ) {
    this.toldAt = clock.now();
    this.breathedAt = clock.now();
  }

  /**
   * Does some work. A pause has to wait: the trainer sees it before its first step.
   * @returns its result; undefined if the run was stopped
   */
  async *through<T>(
    work: Generator<Progress<ReadingEvent['what']>, T, void>,
  ): AsyncGenerator<ReadingEvent, T | undefined> {
    const { clock, control } = this;
    for (;;) {
      const next = work.next();
      if (next.done) {
        await clock.breathe();
        return control.stopped ? undefined : next.value;
      }
      if (clock.now() - this.breathedAt < breathInterval) continue;
      await clock.breathe();
      this.breathedAt = clock.now();
      if (control.stopped) return undefined;
      if (this.breathedAt - this.toldAt < eventInterval) continue;
      this.toldAt = this.breathedAt;
      yield { event: 'reading', ...next.value };
    }
  }
}

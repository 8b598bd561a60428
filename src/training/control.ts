import type { MarkEvent } from './events';

/** Time as the trainer needs it, given by the thread that it runs in. */
export interface Clock {
  /** Milliseconds, monotonic. */
  now(): number;
  /** Lets the thread handle its messages. */
  breathe(): Promise<void>;
}

/** What a person asks of a run while it goes on. The trainer looks between steps, and between the windows of an evaluation. */
export class TrainingControl {
  private stopping = false;
  private saving = false;
  private pausing = false;
  private wake: (() => void) | undefined;
  private readonly adjustments: { lr?: number; clip?: number }[] = [];

  pause(): void {
    this.pausing = true;
  }

  resume(): void {
    this.pausing = false;
    this.wake?.();
  }

  /** Ends the run after the present step, or within an evaluation; it finishes properly, with its last checkpoint. */
  stop(): void {
    this.stopping = true;
    this.wake?.();
  }

  /** Asks for a checkpoint after the present step. */
  checkpoint(): void {
    this.saving = true;
    this.wake?.();
  }

  /** Changes the base learning rate or the clipping threshold θ from the next step on. */
  adjust(change: { lr?: number; clip?: number }): void {
    this.adjustments.push(change);
    this.wake?.();
  }

  get stopped(): boolean {
    return this.stopping;
  }

  get paused(): boolean {
    return this.pausing && !this.stopping;
  }

  /** Takes the request to save, if there is one. */
  takeCheckpoint(): boolean {
    const asked = this.saving;
    this.saving = false;
    return asked;
  }

  /** Takes the oldest change, if there is one. */
  takeAdjustment(): { lr?: number; clip?: number } | undefined {
    return this.adjustments.shift();
  }

  /** Resolves when something was asked for while paused. */
  changed(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }
}

/** A mark for the charts. */
export function mark(step: number, kind: MarkEvent['kind'], text: string): MarkEvent {
  return { event: 'mark', step, kind, text };
}

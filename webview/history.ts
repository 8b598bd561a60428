import type { ContinuationEvent, EvaluationEvent, FlowEvent, MarkEvent, RunStretch } from '../src/protocol/runs';
import { Smoother } from '../src/protocol/smoothing';
import { Column } from './column';

/** What the horizontal axis measures: updates, passes over the text, or seconds of training. */
export type XAxis = 'step' | 'epoch' | 'time';

/** Everything the page knows of one run, as columns that only grow. */
export class RunHistory {
  readonly step = new Column();
  readonly epoch = new Column();
  readonly time = new Column();
  /** Nats. */
  readonly loss = new Column();
  /** exp of each step's loss. */
  readonly perplexity = new Column();
  /** exp of the moving average of the loss. */
  readonly smoothed = new Column();
  readonly gradNorm = new Column();
  /** exp of the moving average of the norm's logarithm. */
  readonly smoothedNorm = new Column();
  /** θ in force; NaN where there is none. */
  readonly clip = new Column();
  readonly clipScale = new Column();
  readonly learningRate = new Column();
  readonly tokensPerSecond = new Column();
  /** Indices of the steps at which clipping bit. */
  readonly clipEvents = new Column();
  readonly evaluations: EvaluationEvent[] = [];
  /** The evaluations' perplexities. */
  readonly validation = new Column();
  readonly continuations: ContinuationEvent[] = [];
  readonly flows: FlowEvent[] = [];
  readonly marks: MarkEvent[] = [];
  private lossSmoother: Smoother;
  private normSmoother: Smoother;

  constructor(weight: number) {
    this.lossSmoother = new Smoother(weight);
    this.normSmoother = new Smoother(weight);
  }

  /** Adds the newest stretch; costs in proportion to it. */
  append({ columns, evaluations, continuations, flows, marks }: RunStretch): void {
    const start = this.step.length;
    this.step.append(columns.step);
    // An axis must not go back: a run that goes on with another text counts that epoch from its start again.
    let furthest = this.epoch.length > 0 ? this.epoch.last : 0;
    this.epoch.append(columns.epoch, (epoch) => {
      furthest = Math.max(furthest, epoch);
      return furthest;
    });
    this.time.append(columns.seconds);
    this.loss.append(columns.loss);
    this.perplexity.append(columns.loss, Math.exp);
    this.gradNorm.append(columns.gradNorm);
    this.clip.append(columns.clip, (theta) => (theta > 0 ? theta : Number.NaN));
    this.clipScale.append(columns.clipScale);
    this.learningRate.append(columns.learningRate);
    this.tokensPerSecond.append(columns.tokensPerSecond);
    this.appendSmoothed(columns.loss, columns.gradNorm);
    const events: number[] = [];
    for (let i = 0; i < columns.clipScale.length; i++) if (columns.clipScale[i] < 1) events.push(start + i);
    this.clipEvents.append(events);
    for (const item of evaluations) this.evaluations.push(item);
    this.validation.append(evaluations.map(({ perplexity }) => perplexity));
    for (const item of continuations) this.continuations.push(item);
    for (const item of flows) this.flows.push(item);
    for (const item of marks) this.marks.push(item);
  }

  /** Averages again from the first step, with another weight. */
  smooth(weight: number): void {
    if (weight === this.lossSmoother.weight) return;
    this.lossSmoother = new Smoother(weight);
    this.normSmoother = new Smoother(weight);
    this.smoothed.clear();
    this.smoothedNorm.clear();
    this.appendSmoothed(this.loss.used, this.gradNorm.used);
  }

  /** Weight of the moving averages, from 0 to below 1. */
  get smoothing(): number {
    return this.lossSmoother.weight;
  }

  private appendSmoothed(losses: ArrayLike<number>, norms: ArrayLike<number>): void {
    this.smoothed.append(losses, (loss) => Math.exp(this.lossSmoother.next(loss)));
    this.smoothedNorm.append(norms, (norm) => Math.exp(this.normSmoother.next(Math.log(norm))));
  }

  /** Number of steps known. */
  get length(): number {
    return this.step.length;
  }

  /** The column that the horizontal axis shows. */
  x(axis: XAxis): Column {
    return this[axis];
  }

  /** Where a step stands on the axis; the nearest known step for time and epochs. */
  xOfStep(step: number, axis: XAxis): number {
    if (axis === 'step') return step;
    const index = this.step.nearest(step);
    return index < 0 ? 0 : this.x(axis).values[index];
  }

  /** How many clip events lie at indices from `from` (inclusive) to `to` (exclusive). */
  countClipEvents(from: number, to: number): number {
    return this.clipEvents.lowerBound(to) - this.clipEvents.lowerBound(from);
  }
}

import type { LatestMetrics, RunStretch, StepColumns } from '../protocol/runs';
import type { Sparklines } from '../protocol/sidebar';
import type {
  ContinuationEvent,
  EvaluationEvent,
  FlowEvent,
  MarkEvent,
  StepEvent,
  TrainingEvent,
} from '../training/events';
import { isKept, type KeptEvent } from './kept-events';
import { StepTrends, thinned } from './trend';

/** The columns of a history, in the order of a row on disk. */
export const columnNames = [
  'step',
  'epoch',
  'seconds',
  'loss',
  'gradNorm',
  'clipScale',
  'clip',
  'learningRate',
  'tokensPerSecond',
] as const satisfies readonly (keyof StepColumns & keyof StepEvent)[];

/** How much of a history someone has seen. */
export interface Position {
  readonly steps: number;
  readonly evaluations: number;
  readonly continuations: number;
  readonly flows: number;
  readonly marks: number;
}

/** The position before everything. */
export const beginning: Position = { steps: 0, evaluations: 0, continuations: 0, flows: 0, marks: 0 };

/** Steps that there is room for at first. */
const firstCapacity = 1024;
/** Steps that the clip rate and the time left are estimated from. */
const recent = 100;

/**
 * What happened in a run: steps in growable columns, everything else in lists, all in order.
 * Appending is O(1); moving averages are debiased and computed from every step.
 */
export class History {
  /** Nothing until there is a step: there may be thousands of runs that nobody looks at. */
  private capacity = 0;
  private columns = columnNames.map(() => new Float64Array(this.capacity));
  private length = 0;
  private trends = new StepTrends();
  private bestEvaluation: EvaluationEvent | undefined;
  /** Everything but the steps, in order. */
  readonly kept: KeptEvent[] = [];
  readonly evaluations: EvaluationEvent[] = [];
  readonly continuations: ContinuationEvent[] = [];
  readonly flows: FlowEvent[] = [];
  readonly marks: MarkEvent[] = [];

  /** Steps so far. */
  get steps(): number {
    return this.length;
  }

  /** Number of the last step; 0 before the first. */
  get lastStep(): number {
    return this.length > 0 ? this.columns[0][this.length - 1] : 0;
  }

  get best(): EvaluationEvent | undefined {
    return this.bestEvaluation;
  }

  /** Adds an event; events that carry no history are ignored. */
  append(event: TrainingEvent): void {
    if (isKept(event)) this.kept.push(event);
    switch (event.event) {
      case 'step':
        this.appendRow(columnNames.map((name) => event[name]));
        break;
      case 'evaluation':
        this.evaluations.push(event);
        this.compare(event);
        break;
      case 'continuation':
        this.continuations.push(event);
        break;
      case 'flow':
        this.flows.push(event);
        break;
      case 'mark':
        this.marks.push(event);
        break;
    }
  }

  /** Adds one step. @param row its values in the order of `columnNames` */
  appendRow(row: ArrayLike<number>): void {
    if (this.length === this.capacity) this.grow();
    for (let c = 0; c < columnNames.length; c++) this.columns[c][this.length] = row[c];
    this.length++;
    this.trends.add(row[3], row[4], row[8]);
  }

  /** Where the history ends now. */
  position(): Position {
    return {
      steps: this.length,
      evaluations: this.evaluations.length,
      continuations: this.continuations.length,
      flows: this.flows.length,
      marks: this.marks.length,
    };
  }

  /**
   * Copies what lies after a position, all columns in one buffer of their own, so that posting it copies nothing else.
   * @param limit steps at most; the other lists are short, and all of them come at once, before their steps if need be
   * @returns the stretch, and the position after it
   */
  stretch(from: Position = beginning, limit = Number.POSITIVE_INFINITY): { stretch: RunStretch; end: Position } {
    const steps = Math.max(0, Math.min(this.length - from.steps, limit));
    const until = from.steps + steps;
    const buffer = new Float64Array(steps * columnNames.length);
    const entries = columnNames.map((name, c) => {
      const column = buffer.subarray(c * steps, (c + 1) * steps);
      column.set(this.columns[c].subarray(from.steps, until));
      return [name, column];
    });
    const end = { ...this.position(), steps: until };
    return {
      stretch: {
        columns: Object.fromEntries(entries) as unknown as StepColumns,
        evaluations: this.evaluations.slice(from.evaluations, end.evaluations),
        continuations: this.continuations.slice(from.continuations, end.continuations),
        flows: this.flows.slice(from.flows, end.flows),
        marks: this.marks.slice(from.marks, end.marks),
      },
      end,
    };
  }

  /** Writes the rows from one step to another, one after the other, into a buffer: the form on disk. */
  rows(from: number, to: number): Float64Array {
    const width = columnNames.length;
    const rows = new Float64Array((to - from) * width); // (steps, columns)
    for (let c = 0; c < width; c++) {
      const column = this.columns[c];
      for (let i = from; i < to; i++) rows[(i - from) * width + c] = column[i];
    }
    return rows;
  }

  /** Forgets everything. */
  clear(): void {
    this.truncate(-1);
  }

  /** Forgets everything after a step, as when a run goes on from an older checkpoint. */
  truncate(step: number): void {
    while (this.length > 0 && this.columns[0][this.length - 1] > step) this.length--;
    for (const list of [this.kept, this.evaluations, this.continuations, this.flows, this.marks]) {
      while (list.length > 0 && list[list.length - 1].step > step) list.pop();
    }
    this.trends = new StepTrends();
    const [, , , loss, gradNorm, , , , tokensPerSecond] = this.columns;
    for (let i = 0; i < this.length; i++) this.trends.add(loss[i], gradNorm[i], tokensPerSecond[i]);
    this.bestEvaluation = undefined;
    for (const event of this.evaluations) this.compare(event);
  }

  /** The newest numbers, or undefined before the first step. @param planned steps of the whole run; 0 while unknown */
  latest(planned: number): LatestMetrics | undefined {
    if (this.length === 0) return undefined;
    const at = this.length - 1;
    const first = Math.max(0, at - recent + 1);
    const value = Object.fromEntries(columnNames.map((name, c) => [name, this.columns[c][at]])) as {
      [name in (typeof columnNames)[number]]: number;
    };
    let clipped = 0;
    for (let i = first; i <= at; i++) if (this.columns[5][i] < 1) clipped++;
    const perStep = at > first ? (value.seconds - this.columns[2][first]) / (at - first) : undefined;
    // A record of an older version may have planned fewer than were done.
    const totalSteps = planned > 0 ? Math.max(planned, value.step) : 0;
    const evaluation = this.evaluations.at(-1);
    return {
      step: value.step,
      totalSteps,
      epoch: value.epoch,
      perplexity: this.trends.perplexity,
      validationPerplexity: evaluation?.perplexity,
      bitsPerCharacter: evaluation?.bitsPerCharacter,
      unknownShare: evaluation?.unknownShare,
      bestPerplexity: this.bestEvaluation?.perplexity,
      bestStep: this.bestEvaluation?.step,
      bestBitsPerCharacter: this.bestEvaluation?.bitsPerCharacter,
      gradNorm: value.gradNorm,
      clipRate: clipped / (at - first + 1),
      learningRate: value.learningRate,
      tokensPerSecond: value.tokensPerSecond,
      secondsLeft: perStep === undefined ? undefined : Math.max(0, totalSteps - value.step) * perStep,
      seconds: value.seconds,
    };
  }

  /** The whole history in small curves, oldest first. */
  get sparklines(): Sparklines {
    const validation = thinned(this.evaluations).map(({ perplexity }) => perplexity);
    return { ...this.trends.curves, validation };
  }

  /** One that is the best of its text replaces the best of the text before, if the run goes on with another. */
  private compare(event: EvaluationEvent): void {
    if (event.best || !this.bestEvaluation || event.nats < this.bestEvaluation.nats) this.bestEvaluation = event;
  }

  private grow(): void {
    this.capacity = Math.max(firstCapacity, 2 * this.capacity);
    this.columns = this.columns.map((column) => {
      const larger = new Float64Array(this.capacity);
      larger.set(column);
      return larger;
    });
  }
}

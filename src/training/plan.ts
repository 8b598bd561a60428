import type { Configuration } from '../model/configuration';
import { Random, streamSeed } from '../model/random';
import type { Corpus } from '../text/corpus';
import type { Ids } from '../text/tokenizer';
import { offsetCount, randomWindows, sequentialWindows, type Window, windowCount } from '../text/windows';
import { carryAlone } from './truncation';

/** Streams of randomness, apart from each other so that a choice in one leaves the others as they were. */
export const streams = { weights: 0, noise: 1, continuation: 2, probe: 3, windows: 1000 };

/** Validation tokens that an evaluation looks at, at most. */
export const validationLimit = 200_000;

/** Size of the window that gradient flow is measured on, at most. */
const probeRows = 8;
const probeSteps = 100;

/** Batch and steps in use: smaller than configured if the text is short, and whole rows of it without truncation. */
export interface WindowSize {
  /** B */
  readonly batch: number;
  /** T */
  readonly steps: number;
}

/** What a run will do, known before its first step: its epochs, its windows, and when it evaluates. */
export class Plan {
  readonly stepsPerEpoch: number;
  /** All the steps of the run, if nothing stops it earlier. */
  readonly totalSteps: number;
  /** Names the text and its split: a model measured on another one cannot be compared with. */
  readonly corpusName: string;
  /** Names the windows of this run: a checkpoint's place among them means nothing among others. */
  readonly place: string;
  private readonly evaluateEvery: number;
  private readonly chosen: boolean;

  constructor(
    private readonly corpus: Corpus,
    private readonly configuration: Configuration,
    readonly window: WindowSize,
  ) {
    const { epochs, maxSteps, evaluateEvery, sampling, seed } = configuration.training;
    const { batch, steps } = window;
    this.corpusName = [corpus.training.length, corpus.validation.length, fingerprint(corpus.ids)].join(' ');
    this.place = [batch, steps, sampling, seed].join(' ');
    this.stepsPerEpoch = Math.max(1, windowCount(corpus.training.length, batch, steps));
    this.totalSteps = Math.min(epochs * this.stepsPerEpoch, maxSteps || Number.POSITIVE_INFINITY);
    // About forty evaluations a run, and never more than about a tenth of its time.
    const windows = windowCount(Math.min(corpus.validation.length, validationLimit), batch, steps);
    this.chosen = evaluateEvery === 0;
    this.evaluateEvery = evaluateEvery || Math.max(Math.ceil(this.totalSteps / 40), 3 * windows, 20);
  }

  /** Regularly, and when the interval was chosen here also at its eighth, quarter and half, so that something is seen soon. */
  evaluatesAfter(step: number): boolean {
    if (step % this.evaluateEvery === 0) return true;
    return this.chosen && [8, 4, 2].some((part) => step === Math.ceil(this.evaluateEvery / part));
  }

  /** Whether continuations are sampled with the evaluations, and not at steps of their own. */
  get continuesAfterEvaluations(): boolean {
    return this.configuration.training.continuationEvery === 0;
  }

  /** Whether a continuation is due that belongs to no evaluation. */
  continuesAfter(step: number): boolean {
    const { continuationEvery } = this.configuration.training;
    return continuationEvery > 0 && step % continuationEvery === 0;
  }

  /** Whether the run was to end after this many steps. */
  endsAfter(step: number): boolean {
    const { maxSteps } = this.configuration.training;
    return maxSteps > 0 && step >= maxSteps;
  }

  /** A few rows of the text that gradient flow is measured on, the same all through the run. */
  probe(): Window {
    const { training } = this.corpus;
    const { batch, steps } = this.window;
    const [window] = sequentialWindows(training, Math.min(batch, probeRows), Math.min(steps, probeSteps), 0);
    return window;
  }

  /** The cuts of the run's truncation in the probe, other random ones at each step and the same for the same seed. */
  probeCarry({ steps, batch }: Window, step: number): Float32Array | undefined {
    const { training } = this.configuration;
    const random = new Random(streamSeed(streamSeed(training.seed, streams.probe), step));
    return carryAlone(training, steps, batch, () => random.uniform()); // (T, B)
  }

  /** The windows of one epoch, the same for the same seed and epoch. */
  windows(epoch: number): Iterable<Window> {
    const { training } = this.corpus;
    const { batch, steps } = this.window;
    const { sampling, seed } = this.configuration.training;
    const random = new Random(streamSeed(seed, streams.windows + epoch));
    if (sampling === 'random') return randomWindows(training, batch, steps, () => random.uniform());
    return sequentialWindows(training, batch, steps, random.below(offsetCount(training.length, batch, steps)));
  }
}

/** A 32-bit hash of token ids, FNV-1a, to tell one text from another. */
function fingerprint(ids: Ids): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < ids.length; i++) hash = Math.imul(hash ^ ids[i], 0x01000193);
  return hash >>> 0;
}

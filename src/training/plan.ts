import type { Progress } from '../model/checkpoint';
import type { Configuration, TrainingConfiguration } from '../model/configuration';
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

/** Where a run stands among its epochs. */
export type Place = Pick<Progress, 'step' | 'epoch' | 'windows'>;

const start: Place = { step: 0, epoch: 0, windows: 0 };

/** What a run will do, known before its first step: its epochs, its windows, and when it evaluates. */
export class Plan {
  readonly stepsPerEpoch: number;
  /** Names the text and its split: a model measured on another one cannot be compared with. */
  readonly corpusName: string;
  /** Names the windows of this run: a checkpoint's place among them means nothing among others. */
  readonly place: string;
  private total = 0;
  private evaluateEvery = 0;

  constructor(
    private readonly corpus: Corpus,
    private readonly configuration: Configuration,
    readonly window: WindowSize,
  ) {
    const { sampling, seed } = configuration.training;
    const { batch, steps } = window;
    this.corpusName = [corpus.training.length, corpus.validation.length, fingerprint(corpus.ids)].join(' ');
    this.place = [batch, steps, sampling, seed].join(' ');
    this.stepsPerEpoch = Math.max(1, windowCount(corpus.training.length, batch, steps));
    this.goOnFrom(start);
  }

  /** All the steps of the run, those before a resumption counted, if nothing stops it earlier. */
  get totalSteps(): number {
    return this.total;
  }

  /** Plans the rest of a run that goes on from a place. */
  goOnFrom(place: Place): void {
    const { corpus, configuration, window } = this;
    const { evaluateEvery } = configuration.training;
    this.total = totalSteps(configuration.training, corpus.training.length, window, place);
    // About forty evaluations a run, and never more than about a tenth of its time.
    const windows = windowCount(Math.min(corpus.validation.length, validationLimit), window.batch, window.steps);
    this.evaluateEvery = evaluateEvery || Math.max(Math.ceil(this.total / 40), 3 * windows, 20);
  }

  /** Epochs done, with a fraction. */
  epochsAt({ epoch, windows }: Place): number {
    return epoch + Math.min(1, windows / this.stepsPerEpoch);
  }

  /** Regularly, and when the interval was chosen here also at its eighth, quarter and half, so that something is seen soon. */
  evaluatesAfter(step: number): boolean {
    if (step % this.evaluateEvery === 0) return true;
    const chosen = this.configuration.training.evaluateEvery === 0;
    return chosen && [8, 4, 2].some((part) => step === Math.ceil(this.evaluateEvery / part));
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
    const random = randomOfEpoch(seed, epoch);
    if (sampling === 'random') return randomWindows(training, batch, steps, () => random.uniform());
    return sequentialWindows(training, batch, steps, random.below(offsetCount(training.length, batch, steps)));
  }
}

/**
 * All the steps of a run: those done, and one for each window that its epochs still have. An epoch that starts at a later offset
 * of the text may have one window fewer than another.
 * @param tokens of the training text
 * @param place where the run stands; without it, before its first step
 */
export function totalSteps(
  { epochs, maxSteps, seed }: Pick<TrainingConfiguration, 'epochs' | 'maxSteps' | 'seed'>,
  tokens: number,
  { batch, steps }: WindowSize,
  place: Place = start,
): number {
  const most = Math.max(place.step, maxSteps || Number.POSITIVE_INFINITY);
  const offsets = offsetCount(tokens, batch, steps);
  let total = place.step - place.windows;
  for (let epoch = place.epoch; epoch < epochs && total < most; epoch++) {
    const offset = randomOfEpoch(seed, epoch).below(offsets); // as both samplings draw it
    const windows = windowCount(tokens - offset, batch, steps);
    total += epoch === place.epoch ? Math.max(place.windows, windows) : windows;
  }
  return Math.max(place.step, Math.min(total, most));
}

/** The randomness of one epoch's windows. */
function randomOfEpoch(seed: number, epoch: number): Random {
  return new Random(streamSeed(seed, streams.windows + epoch));
}

/** A 32-bit hash of token ids, FNV-1a, to tell one text from another. */
function fingerprint(ids: Ids): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < ids.length; i++) hash = Math.imul(hash ^ ids[i], 0x01000193);
  return hash >>> 0;
}

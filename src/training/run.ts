import { createEngine } from '../engine/create';
import type { Engine, EngineOptions } from '../engine/engine';
import * as fused from '../engine/fused/layout';
import * as tfjs from '../engine/tfjs/memory';
import { type Checkpoint, readCheckpoint, shapeOf } from '../model/checkpoint';
import { type Configuration, parseConfiguration } from '../model/configuration';
import { initialise } from '../model/initialisation';
import { streamSeed } from '../model/random';
import { type Corpus, encodingFor, preparingCorpus } from '../text/corpus';
import { decoding } from '../text/decode';
import { opening } from '../text/opening';
import { UserError } from '../text/user-error';
import { fitWindow } from '../text/windows';
import { type Progress, part, type Work } from '../text/work';
import { measuringBaselines } from './baselines';
import type { Clock, TrainingControl } from './control';
import type { Baseline, FinishedEvent, ReadingEvent, TrainingEvent } from './events';
import { Plan, streams, totalSteps, validationLimit, type WindowSize } from './plan';
import { Reading } from './reading';
import { type Probe, steadyRate } from './steady';
import { Trainer } from './trainer';

/** What a run is made of. */
export interface RunRequest {
  readonly text: Uint8Array;
  /** Of a text without a byte order mark; if absent, UTF-8, or UTF-16 where that is unmistakable. */
  readonly encoding?: string;
  /** Names the text in messages. */
  readonly source: string;
  readonly configuration: Configuration;
  /** Bytes of a checkpoint to go on from; its model and tokenizer are used. */
  readonly resume?: Uint8Array;
  readonly dist: string;
  /** Begin with the greatest learning rate up to this one that holds (`steadyRate`); the configured one if absent. */
  readonly steadyFrom?: number;
}

/**
 * From a text's bytes to a finished run: reads, tokenizes, makes the model and trains it. Reading can be stopped as training can,
 * and is told about when it takes long.
 * @throws UserError for a text or a configuration that cannot be trained on
 */
export async function* run(
  request: RunRequest,
  control: TrainingControl,
  clock: Clock,
): AsyncGenerator<TrainingEvent, void> {
  const { source, dist } = request;
  const resumed = request.resume && readCheckpoint(request.resume, 'The checkpoint to resume from');
  const asked = parseConfiguration(request.configuration, 'Configuration');
  if (resumed) checkSameModel(resumed.configuration, asked);
  const reading = new Reading(control, clock);
  const corpus = yield* reading.through(readCorpus(request, asked, resumed));
  if (!corpus) return yield stoppedBefore(resumed);
  const { window, notes } = windowFor(asked, corpus, source, resumed);
  const measured = yield* reading.through(part('baselines', baselinesOf(corpus)));
  if (!measured) return yield stoppedBefore(resumed);
  const { threads, revectorize: revectorized } = asked.training;
  const options: EngineOptions = { dist, threads, revectorized };
  const engine = await createEngine(asked.training.engine, shapeOf(asked, corpus.tokenizer), options);
  try {
    if (control.stopped) return yield stoppedBefore(resumed);
    prepareParameters(engine, asked, resumed);
    const steady = resumed && request.steadyFrom;
    const lr = steady && (await steadyRate(probeOf(engine, corpus, asked, window, resumed), steady, clock, control));
    const configuration = lr ? { ...asked, training: { ...asked.training, lr } } : asked;
    const training = {
      engine,
      corpus,
      configuration,
      window,
      notes: [...notes, ...corpus.notes],
      baselines: measured,
      prompt: promptOf(configuration, corpus),
    };
    const trainer = new Trainer({ ...training, resumed, rateFound: lr !== undefined }, control, clock);
    yield* trainer.events();
  } finally {
    engine.dispose();
  }
}

/** The text as tokens: those of the model that the run goes on with, if it does. */
function* readCorpus(
  { text: bytes, source, encoding }: RunRequest,
  { text: options }: Configuration,
  resumed: Checkpoint | undefined,
): Generator<Progress<ReadingEvent['what']>, Corpus, void> {
  const text = yield* part('decoding', decoding(bytes, source, encoding));
  if (!resumed) return yield* preparingCorpus(text, options, source);
  return yield* encodingFor(resumed.tokenizer, text, { ...options, refuseUnknown: true }, source);
}

/** The end of a run that was stopped before its first step: nothing was learnt. */
function stoppedBefore(resumed: Checkpoint | undefined): FinishedEvent {
  return { event: 'finished', step: resumed?.resume?.progress.step ?? 0, reason: 'stopped' };
}

/** A resumed model cannot change its shape, its tokens or how it began; everything else may. */
function checkSameModel(old: Configuration, wanted: Configuration): void {
  for (const group of ['model', 'text'] as const) {
    for (const [name, value] of Object.entries(old[group])) {
      if (['limit', 'validation', 'dropout'].includes(name)) continue;
      const other = (wanted[group] as Record<string, unknown>)[name];
      if (other !== value) {
        throw new UserError(
          `The checkpoint was trained with ${group}.${name} ${value}, and cannot go on with ${other}; leave that option as it was.`,
        );
      }
    }
  }
}

/**
 * A batch and steps that fit the text, and what a person should read about them. The configuration stays as it was asked: a
 * checkpoint keeps that, and what goes on from it fits its own text.
 */
function windowFor(
  configuration: Configuration,
  corpus: Corpus,
  source: string,
  resumed: Checkpoint | undefined,
): { window: WindowSize; notes: string[] } {
  const { training } = configuration;
  const fitted = fitWindow(
    corpus.training.length,
    training.batch,
    training.truncation === 'none' ? 1 : training.steps,
    source,
  );
  const notes = fitted.note ? [fitted.note] : [];
  const { batch } = fitted;
  const steps = training.truncation === 'none' ? Math.floor((corpus.training.length - 1) / batch) : fitted.steps;
  if (!resumed?.resume) checkWarmup(training, { batch, steps }, corpus, source);
  const shape = shapeOf(configuration, corpus.tokenizer);
  const wholeRows = training.truncation === 'none';
  const { memoryEstimate, checkMemory } = training.engine === 'fused' ? fused : tfjs;
  if (wholeRows) {
    const megabytes = Math.round(memoryEstimate(shape, batch, steps) / 2 ** 20);
    notes.push(
      `Without truncation a window is a whole row of the text, ${steps.toLocaleString('en')} steps, and needs about ${megabytes.toLocaleString('en')} MB; training.steps (${training.steps}) is not used.`,
    );
  }
  checkMemory(shape, { batch, steps, wholeRows });
  if (corpus.validation.length > validationLimit) {
    const [some, all] = [validationLimit, corpus.validation.length].map((n) => n.toLocaleString('en'));
    notes.push(`Evaluations look at the first ${some} of ${all} validation tokens.`);
  }
  if (training.patience > 0 && corpus.validation.length < 2) {
    notes.push('training.patience has no effect: there are no evaluations that could stop improving.');
  }
  return { window: { batch, steps }, notes };
}

/** How many steps a run has is known only with its text; one that goes on may be past its warm-up. */
function checkWarmup(training: Configuration['training'], window: WindowSize, corpus: Corpus, source: string): void {
  const { warmup, epochs } = training;
  const total = totalSteps(training, corpus.training.length, window);
  if (warmup < total) return;
  throw new UserError(
    `training.warmup (${warmup}) would last as long as the run on ${source}, which has ${total} steps; lower it, or raise training.epochs (${epochs}).`,
  );
}

/** Of the same validation tokens that evaluations look at. */
function baselinesOf({ training, validation, tokenizer }: Corpus): Work<Baseline[]> {
  return measuringBaselines(training, validation.subarray(0, validationLimit), tokenizer.vocabulary.length);
}

function prepareParameters(engine: Engine, configuration: Configuration, resumed: Checkpoint | undefined): void {
  if (resumed) engine.parameters.flat.set(resumed.parameters.flat);
  else
    initialise(engine.parameters, configuration.model.init, streamSeed(configuration.training.seed, streams.weights));
}

/** What a rate that holds is looked for with: the weights and moments that the run goes on from, and its windows. */
function probeOf(
  engine: Engine,
  corpus: Corpus,
  configuration: Configuration,
  window: WindowSize,
  { resume }: Checkpoint,
): Probe {
  const { training } = configuration;
  if (resume) {
    engine.moments.first.set(resume.first);
    engine.moments.second.set(resume.second);
  }
  const plan = new Plan(corpus, configuration, window);
  const updates = resume?.progress.updates ?? resume?.progress.step ?? 0;
  return { engine, training, updates, windows: () => plan.windows(resume?.progress.epoch ?? 0) };
}

/** The configured prompt, or the first words of the held-out text. */
function promptOf(configuration: Configuration, corpus: Corpus): string {
  if (configuration.generation.prompt) return configuration.generation.prompt;
  const { tokenizer, training, validation } = corpus;
  return validation.length > 1 ? opening(tokenizer, validation, training) : opening(tokenizer, training);
}

import { createEngine } from '../engine/create';
import type { Engine, EngineOptions } from '../engine/engine';
import * as fused from '../engine/fused/layout';
import * as tfjs from '../engine/tfjs/memory';
import { type Checkpoint, readCheckpoint, shapeOf } from '../model/checkpoint';
import { type Configuration, parseConfiguration } from '../model/configuration';
import { initialise } from '../model/initialisation';
import { streamSeed } from '../model/random';
import { type Corpus, corpusFor, prepareCorpus } from '../text/corpus';
import { decodeText } from '../text/decode';
import { opening } from '../text/opening';
import { UserError } from '../text/user-error';
import { fitWindow, windowCount } from '../text/windows';
import { baselines } from './baselines';
import { type Clock, mark, type TrainingControl } from './control';
import type { Baseline, TrainingEvent } from './events';
import { streams, validationLimit, type WindowSize } from './plan';
import { describeResumption } from './resumption';
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
}

/**
 * From a text's bytes to a finished run: reads, tokenizes, makes the model and trains it.
 * @throws UserError for a text or a configuration that cannot be trained on
 */
export async function* run(
  request: RunRequest,
  control: TrainingControl,
  clock: Clock,
): AsyncGenerator<TrainingEvent, void> {
  const { source, dist } = request;
  const resumed = request.resume && readCheckpoint(request.resume, 'The checkpoint to resume from');
  const configuration = parseConfiguration(request.configuration, 'Configuration');
  if (resumed) checkSameModel(resumed.configuration, configuration);
  const corpus = corpusOf(request, configuration, resumed);
  await clock.breathe();
  const { window, notes } = windowFor(configuration, corpus, source);
  const { threads, revectorize: revectorized } = configuration.training;
  const options: EngineOptions = { dist, threads, revectorized };
  const engine = await createEngine(configuration.training.engine, shapeOf(configuration, corpus.tokenizer), options);
  try {
    prepareParameters(engine, configuration, resumed);
    const training = {
      engine,
      corpus,
      configuration,
      window,
      notes,
      baselines: baselinesOf(corpus),
      prompt: promptOf(configuration, corpus),
    };
    const trainer = new Trainer({ ...training, resumed }, control, clock);
    const events = trainer.events();
    const first = await events.next();
    if (!first.done) yield first.value;
    if (trainer.resumption) {
      const { step } = trainer.resumption.progress;
      yield mark(step, 'restored', describeResumption(trainer.resumption));
      if (resumed) yield* changes(step, resumed.configuration, configuration);
    }
    yield* events;
  } finally {
    engine.dispose();
  }
}

/** Marks of what a run goes on with otherwise than the checkpoint was trained with. */
function* changes(
  step: number,
  { training: old }: Configuration,
  { training }: Configuration,
): Generator<TrainingEvent> {
  if (training.lr !== old.lr) yield mark(step, 'learningRate', `Learning rate ${old.lr} → ${training.lr}`);
  if (training.clipping !== old.clipping) {
    yield mark(step, 'clip', `Clipping: ${old.clipping} → ${training.clipping}`);
  }
  if (training.clipping !== 'none' && training.clip !== old.clip) {
    yield mark(step, 'clip', `θ ${old.clip} → ${training.clip}`);
  }
}

function corpusOf(request: RunRequest, configuration: Configuration, resumed: Checkpoint | undefined): Corpus {
  const text = decodeText(request.text, request.source, request.encoding);
  if (!resumed) return prepareCorpus(text, configuration.text, request.source);
  return corpusFor(resumed.tokenizer, text, { ...configuration.text, refuseUnknown: true }, request.source);
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
  checkWarmup(training, { batch, steps }, corpus, source);
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
  notes.push(...corpus.notes);
  return { window: { batch, steps }, notes };
}

/** How many steps a run has is known only with its text. */
function checkWarmup(
  { warmup, epochs, maxSteps }: Configuration['training'],
  { batch, steps }: WindowSize,
  corpus: Corpus,
  source: string,
): void {
  const total = Math.min(
    epochs * windowCount(corpus.training.length, batch, steps),
    maxSteps || Number.POSITIVE_INFINITY,
  );
  if (warmup < total) return;
  throw new UserError(
    `training.warmup (${warmup}) would last as long as the run on ${source}, which has ${total} steps; lower it, or raise training.epochs (${epochs}).`,
  );
}

/** Of the same validation tokens that evaluations look at. */
function baselinesOf({ training, validation, tokenizer }: Corpus): Baseline[] {
  return baselines(training, validation.subarray(0, validationLimit), tokenizer.vocabulary.length);
}

function prepareParameters(engine: Engine, configuration: Configuration, resumed: Checkpoint | undefined): void {
  if (resumed) engine.parameters.flat.set(resumed.parameters.flat);
  else
    initialise(engine.parameters, configuration.model.init, streamSeed(configuration.training.seed, streams.weights));
}

/** The configured prompt, or the first words of the held-out text. */
function promptOf(configuration: Configuration, corpus: Corpus): string {
  if (configuration.generation.prompt) return configuration.generation.prompt;
  return opening(corpus.tokenizer, corpus.validation.length > 1 ? corpus.validation : corpus.training);
}

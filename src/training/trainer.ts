import { createState, resetState, type State } from '../engine/engine';
import { generate } from '../generation/generate';
import { type Progress, writeCheckpoint } from '../model/checkpoint';
import { whatOverflowed } from '../model/finite';
import { OverflowError } from '../model/overflow';
import { Random, streamSeed } from '../model/random';
import type { Window } from '../text/windows';
import { clip } from './clipping';
import { type Clock, mark, type TrainingControl } from './control';
import { diagnose, withoutValidation } from './diagnosis';
import { type Divergence, DivergenceWatch, worseThanGuessing } from './divergence';
import type { CheckpointEvent, FinishedEvent, TrainingEvent } from './events';
import { flowOf } from './flow';
import { evaluate, MovingAverage } from './perplexity';
import { Plan, streams, validationLimit } from './plan';
import { prepared, type Training, unknownShares } from './prepared';
import { beginning, type Changes, changes, restore, resumption } from './resumption';
import { learningRateFactor } from './schedule';
import { Speed } from './speed';
import { carryFor, createTruncationMemory, cutsWithin, type TruncationMemory } from './truncation';

/** Longest window of an evaluation; shorter ones need less memory and give the same numbers. */
const longestEvaluation = 64;
/** Longest time without a checkpoint, milliseconds, and the time until the first one with anything learnt in it. */
const checkpointInterval = 10_000;
const firstInterval = 2000;
/** How long an evaluation may take before it is told that there is one, milliseconds. */
const silentEvaluation = 1000;
/** Longest time without letting the thread breathe, milliseconds. */
const breathInterval = 10;

/** Trains a model; the loop of the product, in VS Code and on the command line alike. */
export class Trainer {
  /** What a run that goes on does otherwise than its checkpoint did; undefined for a run that begins. */
  private readonly changes?: Changes;
  private readonly progress: Progress;
  private readonly noise: Random;
  private readonly watch: DivergenceWatch;
  private readonly plan: Plan;
  private readonly truncation: TruncationMemory;
  private readonly probe: Window;
  private readonly recentLoss = new MovingAverage(0.98);
  private state: State;
  private lr: number;
  private threshold: number;
  private readonly speed = new Speed();
  /** In the past, of the last evaluation. */
  private verdict: string | undefined;
  private evaluatedStep = -1;
  private savedAt = 0;
  private breathedAt: number;

  constructor(
    private readonly training: Training,
    private readonly control: TrainingControl,
    private readonly clock: Clock,
  ) {
    const { engine, corpus, configuration, window, resumed } = training;
    const { seed, lr, clipping, clip: threshold, optimizer } = configuration.training;
    this.plan = new Plan(corpus, configuration, window);
    const taken = resumed && resumption(resumed, this.plan, optimizer);
    this.progress = taken?.progress ?? beginning();
    this.plan.goOnFrom(this.progress);
    const words = resumed?.resume?.progress.random;
    this.noise = words ? Random.restore(words) : new Random(streamSeed(seed, streams.noise));
    this.watch = new DivergenceWatch(engine.shape.vocabulary, clipping === 'norm');
    this.truncation = createTruncationMemory(window.batch);
    this.probe = this.plan.probe();
    this.state = createState(engine.shape, window.batch);
    this.lr = lr;
    this.threshold = clipping === 'none' ? 0 : threshold;
    this.breathedAt = clock.now();
    if (!resumed || !taken) return;
    if (resumed.resume) restore(engine, this.state, this.truncation, resumed.resume, taken);
    const unknown = unknownShares(corpus).training;
    this.changes = changes(
      taken,
      resumed.configuration,
      configuration,
      this.plan,
      unknown,
      training.rateFound === true,
    );
  }

  /** The run as a stream of events, ending with `finished` or `diverged`. */
  async *events(): AsyncGenerator<TrainingEvent, void> {
    const { epochs } = this.training.configuration.training;
    const { notes, marks } = this.changes ?? { notes: [], marks: [] };
    yield prepared(this.training, this.plan, notes);
    yield* marks;
    yield this.checkpoint('initial');
    let ended: FinishedEvent['reason'] | 'diverged' | undefined;
    if (this.plan.endsAfter(this.progress.step)) ended = 'maxSteps';
    while (!ended && this.progress.epoch < epochs) {
      ended = yield* this.runEpoch();
    }
    if (ended === 'diverged') return;
    // Who says stop wants to stop; otherwise the last model is measured too.
    if (ended !== 'stopped' && this.evaluatedStep !== this.progress.step && (yield* this.runEvaluation())) return;
    if (ended !== 'stopped' && this.watch.worried && this.progress.bestNats === undefined) {
      yield this.diverged(this.watch.hopeless(this.lr));
      return;
    }
    if (this.good) yield this.checkpoint('final');
    const diagnosis = this.verdict ?? withoutValidation(this.training.corpus.validation.length, true);
    yield { event: 'finished', step: this.progress.step, reason: ended ?? 'epochs', diagnosis };
  }

  private async *runEpoch(): AsyncGenerator<TrainingEvent, FinishedEvent['reason'] | 'diverged' | undefined> {
    const { progress, training } = this;
    const { sampling, patience } = training.configuration.training;
    const skip = progress.windows;
    if (skip === 0) this.beginRows();
    let index = 0;
    for (const window of this.plan.windows(progress.epoch)) {
      if (index++ < skip) continue;
      yield* this.gate();
      if (this.control.stopped) return 'stopped';
      if (sampling === 'random') this.beginRows();
      const diverged = yield* this.runStep(window);
      if (diverged) return 'diverged';
      if (this.plan.evaluatesAfter(progress.step)) {
        if (yield* this.runEvaluation()) return 'diverged';
        if (patience > 0 && progress.evaluationsSinceBest >= patience) return 'earlyStopping';
      }
      if (this.plan.continuesAfter(progress.step)) yield* this.runContinuation();
      if (this.clock.now() - this.savedAt > checkpointInterval) yield* this.saveLatest();
      if (this.plan.endsAfter(progress.step)) return 'maxSteps';
    }
    progress.epoch++;
    progress.windows = 0;
    if (progress.epochTokens > 0) {
      const nats = progress.epochNats / progress.epochTokens;
      yield { event: 'epoch', step: progress.step, epoch: progress.epoch, nats, perplexity: Math.exp(nats) };
    }
    progress.epochNats = 0;
    progress.epochTokens = 0;
    return undefined;
  }

  /** One update: gradient, clipping, optimizer. Returns whether the run diverged; then nothing was updated. */
  private async *runStep(window: Window): AsyncGenerator<TrainingEvent, boolean> {
    const { progress, training } = this;
    const { engine, configuration } = training;
    const options = configuration.training;
    const start = this.clock.now();
    const step = progress.step + 1;
    const learningRate = this.lr * learningRateFactor(options, step, progress.epoch, this.plan.totalSteps);
    const dropoutSeed = engine.shape.dropout > 0 ? this.noise.integer32() : undefined;
    const { nats, tokens, norm } = engine.gradient(window, this.state, { dropoutSeed, carry: this.carry(window) });
    const loss = nats / tokens;
    const divergence = this.watch.look(step, loss, norm, learningRate);
    if (divergence) {
      yield this.diverged(divergence);
      return true;
    }
    const { clipped, scale, clipValue } = clip(options.clipping, this.threshold, norm, engine.gradients.flat);
    const count = (progress.updates ?? 0) + 1;
    engine.apply(
      { ...options, kind: options.optimizer, learningRate, count, clipValue },
      options.clipping === 'value' ? 1 : scale,
    );
    progress.step = step;
    progress.updates = count;
    progress.windows++;
    progress.epochNats += nats;
    progress.epochTokens += tokens;
    this.recentLoss.add(loss);
    const milliseconds = this.clock.now() - start;
    progress.seconds += milliseconds / 1000;
    this.speed.add(tokens, milliseconds);
    yield {
      event: 'step',
      step,
      epoch: this.plan.epochsAt(progress),
      loss,
      perplexity: Math.exp(loss),
      gradNorm: norm,
      clipped,
      clipScale: scale,
      clip: this.threshold,
      learningRate,
      tokensPerSecond: this.speed.tokensPerSecond,
      seconds: progress.seconds,
    };
    await this.breathe();
    return false;
  }

  /** Rows of the text begin: no state yet, and no cut. */
  private beginRows(): void {
    resetState(this.state);
    this.truncation.sinceCut.fill(0);
  }

  /** Where this window's gradient is cut, beyond the window's own edge. */
  private carry({ steps, batch }: Window): Float32Array | undefined {
    const options = this.training.configuration.training;
    if (!cutsWithin(options, steps)) return undefined;
    return carryFor(options, steps, batch, () => this.noise.uniform(), this.truncation); // (T, B)
  }

  /**
   * Measures the validation text, samples a continuation, and keeps the model if it is the best.
   * Returns whether the run diverged: the last update may have overflowed the weights.
   */
  private async *runEvaluation(): AsyncGenerator<TrainingEvent, boolean> {
    const { progress, training } = this;
    const { engine, corpus, window } = training;
    this.evaluatedStep = progress.step;
    let start = this.clock.now();
    let reason: CheckpointEvent['reason'] = 'latest';
    const { overflowed } = this;
    if (overflowed) {
      yield this.diverged(this.watch.overflow(progress.step, this.lr, overflowed));
      return true;
    }
    if (corpus.validation.length > 1) {
      const tokens = corpus.validation.subarray(0, validationLimit);
      const measuring = evaluate(engine, tokens, window.batch, Math.min(window.steps, longestEvaluation));
      let next = measuring.next();
      for (let told = false; !next.done; next = measuring.next()) {
        if (!told && this.clock.now() - start > silentEvaluation) {
          told = true;
          yield { event: 'evaluating', step: progress.step, tokens: tokens.length - 1 };
        }
        await this.breathe();
        const asked = this.clock.now();
        yield* this.gate();
        start += this.clock.now() - asked;
        if (this.control.stopped) return false;
      }
      const { mean: nats, perplexity, tokens: measured } = next.value;
      const first = corpus.training.length + 1;
      if (!Number.isFinite(nats)) {
        yield this.diverged(this.watch.unmeasurable(progress.step, this.lr));
        return true;
      }
      const good = !worseThanGuessing(nats, engine.shape.vocabulary);
      const best = good && nats < (progress.bestNats ?? Number.POSITIVE_INFINITY);
      progress.evaluationsSinceBest = best ? 0 : progress.evaluationsSinceBest + 1;
      if (best) {
        progress.bestNats = nats;
        progress.bestStep = progress.step;
        reason = 'best';
      }
      const stretch = corpus.stretch(first, first + measured);
      this.verdict = this.diagnosis(perplexity, measured, true);
      yield {
        event: 'evaluation',
        step: progress.step,
        epoch: this.plan.epochsAt(progress),
        nats,
        perplexity,
        unknownTokens: stretch.unknownTokens,
        unknownShare: stretch.unknownTokens / measured,
        bitsPerCharacter: next.value.bitsPerCharacter(stretch),
        best,
        diagnosis: progress.step < this.plan.totalSteps ? this.diagnosis(perplexity, measured, false) : this.verdict,
        verdict: this.verdict,
      };
    } else if (!Number.isFinite(this.probeLoss)) {
      yield this.diverged(this.watch.unmeasurable(progress.step, this.lr, 'training'));
      return true;
    }
    if (this.plan.continuesAfterEvaluations) yield* this.runContinuation();
    yield flowOf(training.engine, this.plan, this.probe, progress.step);
    progress.seconds += (this.clock.now() - start) / 1000;
    if (reason === 'best') yield this.checkpoint(reason);
    else yield* this.saveLatest();
    return false;
  }

  private async *runContinuation(): AsyncGenerator<TrainingEvent, void> {
    const { training, progress } = this;
    const { engine, corpus, configuration, prompt } = training;
    let text = '';
    const seed = streamSeed(configuration.training.seed, streams.continuation);
    const options = configuration.generation;
    const { tokenizer } = corpus;
    const { normalize } = configuration.text;
    try {
      for (const token of generate({ engine, tokenizer, normalize, prompt, options, seed, alternatives: 0 })) {
        text += token?.text ?? '';
        await this.breathe();
        if (this.control.stopped || this.control.paused) return;
      }
    } catch (error) {
      // Such weights end the run where its loss is looked at next.
      if (error instanceof OverflowError) return;
      throw error;
    }
    yield { event: 'continuation', step: progress.step, prompt, text };
  }

  /** Applies what was asked for since it was last passed, and waits while paused. */
  private async *gate(): AsyncGenerator<TrainingEvent, void> {
    const { control, progress } = this;
    let announced = false;
    for (;;) {
      for (let change = control.takeAdjustment(); change; change = control.takeAdjustment()) yield* this.adjust(change);
      if (control.takeCheckpoint()) {
        const { good } = this;
        yield mark(progress.step, 'checkpoint', good ? 'Checkpoint saved' : 'Not saved: worse than guessing uniformly');
        if (good) yield this.checkpoint('asked');
      }
      if (!control.paused) break;
      if (!announced) yield mark(progress.step, 'paused', 'Paused');
      announced = true;
      await control.changed();
    }
    if (announced && !control.stopped) yield mark(progress.step, 'resumed', 'Resumed');
  }

  private *adjust(change: { lr?: number; clip?: number }): Generator<TrainingEvent> {
    const { step } = this.progress;
    if (change.lr !== undefined && change.lr !== this.lr) {
      yield mark(step, 'learningRate', `Learning rate ${this.lr} → ${change.lr}`);
      this.lr = change.lr;
    }
    if (change.clip !== undefined && this.threshold > 0 && change.clip !== this.threshold) {
      yield mark(step, 'clip', `θ ${this.threshold} → ${change.clip}`);
      this.threshold = change.clip;
    }
  }

  /** @param tokens that were measured @param over whether the run has ended */
  private diagnosis(validation: number, tokens: number, over: boolean): string {
    const { bestNats = Number.POSITIVE_INFINITY } = this.progress;
    const { baselines } = this.training;
    const training = Math.exp(this.recentLoss.value);
    return diagnose({ training, validation, best: Math.exp(bestNats), baselines, tokens }, over);
  }

  private diverged({ why, remedy }: Divergence): TrainingEvent {
    return { event: 'diverged', step: this.progress.step, why, remedy };
  }

  /** What the last update left out of range; undefined if the run can go on with it. */
  private get overflowed(): string | undefined {
    const { shape, parameters, moments } = this.training.engine;
    return whatOverflowed(shape, parameters.flat, { ...moments, ...this.state });
  }

  /** Mean −log p of a few rows of the training text, from a zero state. */
  private get probeLoss(): number {
    const { engine } = this.training;
    const { nats, tokens } = engine.evaluate(this.probe, createState(engine.shape, this.probe.batch));
    return nats / tokens;
  }

  /** Saves, unless the run may be diverging: the last good model is the one to go back to. */
  private *saveLatest(): Generator<TrainingEvent> {
    if (this.good) yield this.checkpoint('latest');
  }

  /** Whether the model is one to go back to: all in range, and on the training text no worse than guessing uniformly. */
  private get good(): boolean {
    if (this.watch.worried || this.overflowed) return false;
    return !worseThanGuessing(this.probeLoss, this.training.engine.shape.vocabulary);
  }

  private checkpoint(reason: CheckpointEvent['reason']): TrainingEvent {
    const { engine, corpus, configuration } = this.training;
    const inForce = { lr: this.lr, clip: this.threshold || configuration.training.clip };
    const bytes = writeCheckpoint({
      configuration: { ...configuration, training: { ...configuration.training, ...inForce } },
      tokenizer: corpus.tokenizer,
      parameters: engine.parameters,
      resume: {
        progress: {
          ...this.progress,
          random: this.noise.save(),
          batch: this.state.batch,
          sinceCut: this.truncation.sinceCut,
          totalSteps: this.plan.totalSteps,
          corpus: this.plan.corpusName,
          place: this.plan.place,
        },
        ...engine.moments,
        hidden: this.state.hidden,
        cell: this.state.cell,
      },
    });
    this.savedAt = this.clock.now() - (reason === 'initial' ? checkpointInterval - firstInterval : 0);
    const { step, bestStep } = this.progress;
    return { event: 'checkpoint', step, reason, bestStep, bytes };
  }

  private async breathe(): Promise<void> {
    if (this.clock.now() - this.breathedAt < breathInterval) return;
    await this.clock.breathe();
    this.breathedAt = this.clock.now();
  }
}

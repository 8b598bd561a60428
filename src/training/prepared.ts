import type { Engine } from '../engine/engine';
import type { Checkpoint } from '../model/checkpoint';
import type { Configuration } from '../model/configuration';
import type { Corpus } from '../text/corpus';
import { withoutValidation } from './diagnosis';
import type { Baseline, PreparedEvent } from './events';
import { type Plan, validationLimit, type WindowSize } from './plan';

/** What a trainer works with. */
export interface Training {
  /** Parameters initialised or restored. */
  readonly engine: Engine;
  readonly corpus: Corpus;
  /** As it was asked; batch and steps in use are the window's. */
  readonly configuration: Configuration;
  readonly window: WindowSize;
  /** Sentences that a person should read before the first step. */
  readonly notes: readonly string[];
  readonly baselines: readonly Baseline[];
  /** What continuations are continued from. */
  readonly prompt: string;
  /** Whether the learning rate is one that was found to hold, and not the one that was asked for. */
  readonly rateFound?: boolean;
  /** What the run goes on from. */
  readonly resumed?: Checkpoint;
}

/** Shares of the training tokens, and of the validation tokens that are measured, that are `<unk>`. */
export function unknownShares({ training, validation, stretch }: Corpus): { training: number; validation: number } {
  const share = (from: number, tokens: number) =>
    tokens > 0 ? stretch(from, from + tokens).unknownTokens / tokens : 0;
  return {
    training: share(0, training.length),
    validation: share(training.length, Math.min(validation.length, validationLimit)),
  };
}

/**
 * Says what will be trained on what.
 * @param more sentences that a person should read besides those of the training
 */
export function prepared(
  { engine, corpus, configuration, window, notes, baselines }: Training,
  plan: Plan,
  more: readonly string[],
): PreparedEvent {
  const unknown = unknownShares(corpus);
  return {
    event: 'prepared',
    vocabulary: engine.shape.vocabulary,
    trainingTokens: corpus.training.length,
    validationTokens: corpus.validation.length,
    trainingUnknownShare: unknown.training,
    validationUnknownShare: unknown.validation,
    fingerprint: corpus.fingerprint,
    charactersPerToken: corpus.charactersPerToken,
    parameters: engine.parameters.flat.length,
    stepsPerEpoch: plan.stepsPerEpoch,
    totalSteps: plan.totalSteps,
    ...window,
    engine: configuration.training.engine,
    threads: engine.threads,
    notes: [...notes, ...more],
    baselines,
    diagnosis: withoutValidation(corpus.validation.length),
    verdict: withoutValidation(corpus.validation.length, true),
  };
}

import type { Engine } from '../engine/engine';
import type { Checkpoint } from '../model/checkpoint';
import type { Configuration } from '../model/configuration';
import type { Corpus } from '../text/corpus';
import { withoutValidation } from './diagnosis';
import type { Baseline, PreparedEvent } from './events';
import type { Plan, WindowSize } from './plan';

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
  /** What the run goes on from. */
  readonly resumed?: Checkpoint;
}

/** Says what will be trained on what. */
export function prepared(
  { engine, corpus, configuration, window, notes, baselines }: Training,
  plan: Plan,
): PreparedEvent {
  return {
    event: 'prepared',
    vocabulary: engine.shape.vocabulary,
    trainingTokens: corpus.training.length,
    validationTokens: corpus.validation.length,
    charactersPerToken: corpus.charactersPerToken,
    parameters: engine.parameters.flat.length,
    stepsPerEpoch: plan.stepsPerEpoch,
    totalSteps: plan.totalSteps,
    ...window,
    engine: configuration.training.engine,
    threads: engine.threads,
    notes,
    baselines,
    diagnosis: withoutValidation(corpus.validation.length),
  };
}

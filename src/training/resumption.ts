import type { Checkpoint, Progress } from '../model/checkpoint';
import type { TrainingConfiguration } from '../model/configuration';
import type { Plan } from './plan';

/** Where a run begins, and what of the checkpoint that it goes on from still holds. */
export interface Resumption {
  readonly progress: Progress;
  /** Whether the optimizer is the one that its moments are of. */
  readonly keepsMoments: boolean;
  /** Whether the text and its windows are the same, so that the carried state is of this place. */
  readonly keepsPlace: boolean;
  /** Whether the text and its split are the same, so that the best model so far can be compared with. */
  readonly keepsBest: boolean;
}

/** The progress of a run that begins. */
export function beginning(): Progress {
  return {
    step: 0,
    epoch: 0,
    windows: 0,
    random: [],
    seconds: 0,
    epochNats: 0,
    epochTokens: 0,
    evaluationsSinceBest: 0,
    updates: 0,
  };
}

/**
 * What a run takes over from a checkpoint. With other windows the epoch begins anew; with another text the search for the
 * best model too, and its patience; with another optimizer the moments and the count of their updates. A checkpoint that
 * is only a model begins, and has nothing to lose.
 */
export function resumption(
  { configuration, resume }: Checkpoint,
  plan: Plan,
  optimizer: TrainingConfiguration['optimizer'],
): Resumption {
  if (!resume) return { progress: beginning(), keepsMoments: true, keepsPlace: true, keepsBest: true };
  const progress = structuredClone(resume.progress);
  progress.updates ??= progress.step;
  const keepsMoments = configuration.training.optimizer === optimizer;
  const keepsBest = progress.corpus === plan.corpusName;
  const keepsPlace = keepsBest && progress.place === plan.place;
  if (!keepsMoments) progress.updates = 0;
  if (!keepsBest) Object.assign(progress, { bestNats: undefined, bestStep: undefined, evaluationsSinceBest: 0 });
  if (!keepsPlace) Object.assign(progress, { windows: 0, epochNats: 0, epochTokens: 0 });
  return { progress, keepsMoments, keepsPlace, keepsBest };
}

/** What a person should know about a run that goes on: from where, and what begins anew. */
export function describeResumption({ progress, keepsMoments, keepsPlace, keepsBest }: Resumption): string {
  const anew = [];
  if (!keepsPlace) anew.push('the epoch begins anew, as its text or windows are others now');
  if (!keepsBest) anew.push('models are compared anew, as the best one so far was measured on another text');
  if (!keepsMoments) anew.push('the optimizer begins anew, as it is another one now');
  return [`Restored from step ${progress.step}`, ...anew].join('; ');
}

import type { TrainingConfiguration } from '../model/configuration';

/**
 * Factor on the learning rate at a step: linear warm-up, times the schedule.
 * `step` multiplies by `decay` for each whole epoch from `decayAfter` on (as char-rnn); `cosine` falls from 1 to 0 along half a
 * cosine between the end of the warm-up and the last step (Loshchilov and Hutter, 2016, without restarts).
 * @param step from 1
 * @param epoch whole epochs done before this step
 * @param totalSteps of the run
 */
export function learningRateFactor(
  configuration: Pick<TrainingConfiguration, 'schedule' | 'decay' | 'decayAfter' | 'warmup'>,
  step: number,
  epoch: number,
  totalSteps: number,
): number {
  const { schedule, decay, decayAfter, warmup } = configuration;
  const rise = warmup > 0 ? Math.min(1, step / warmup) : 1;
  switch (schedule) {
    case 'constant':
      return rise;
    case 'step':
      return rise * decay ** Math.max(0, epoch - decayAfter + (decayAfter > 0 ? 1 : 0));
    case 'cosine': {
      const done = Math.min(1, Math.max(0, (step - 1 - warmup) / Math.max(1, totalSteps - warmup)));
      return rise * 0.5 * (1 + Math.cos(Math.PI * done));
    }
  }
}

import { createState, type Engine } from '../engine/engine';
import type { TrainingConfiguration } from '../model/configuration';
import type { Window } from '../text/windows';
import { clip } from './clipping';
import type { Clock, TrainingControl } from './control';
import { slower } from './divergence';

/** Steps that a rate must hold for, and of those the last that its loss is averaged over. */
const tried = 40;
const averaged = 10;
/** Nats that the loss may rise by meanwhile. */
const rise = 0.3;
/** Longest time that is spent on it, milliseconds. */
const patience = 15_000;

/** What a probe needs of a run that goes on. */
export interface Probe {
  /** Its parameters and moments are those to go on from, and are so again afterwards. */
  readonly engine: Engine;
  readonly training: TrainingConfiguration;
  /** Updates that the moments have seen. */
  readonly updates: number;
  /** Windows of the training text, as many as are asked for. */
  readonly windows: () => Iterable<Window>;
}

/**
 * Finds a learning rate at which a model holds: from `first` downward by tenths, the first at which a few steps from where it
 * stands neither overflow nor raise the loss. The last one tried if none did within a quarter of a minute, or if the run was
 * stopped meanwhile.
 * @param first the greatest rate to try
 */
export async function steadyRate(probe: Probe, first: number, clock: Clock, control: TrainingControl): Promise<number> {
  const { engine } = probe;
  const { moments, parameters } = engine;
  const kept = [parameters.flat, moments.first, moments.second].map((vector) => vector.slice());
  const restore = () => {
    parameters.flat.set(kept[0]);
    moments.first.set(kept[1]);
    moments.second.set(kept[2]);
  };
  const deadline = clock.now() + patience;
  for (let rate = first; ; rate = slower(rate)) {
    const holds = await holdsAt(probe, rate, clock);
    restore();
    if (holds || slower(rate) === rate || control.stopped || clock.now() > deadline) return rate;
  }
}

async function holdsAt({ engine, training, updates, windows }: Probe, rate: number, clock: Clock): Promise<boolean> {
  let state = undefined as ReturnType<typeof createState> | undefined;
  let before: number | undefined;
  const losses: number[] = [];
  let step = 0;
  for (const window of windows()) {
    if (step === tried) break;
    step++;
    if (!state || training.sampling === 'random') state = createState(engine.shape, window.batch);
    const { nats, tokens, norm } = engine.gradient(window, state);
    const loss = nats / tokens;
    if (!Number.isFinite(loss) || !Number.isFinite(norm)) return false;
    before ??= loss;
    losses.push(loss);
    const { scale, clipValue } = clip(training.clipping, training.clip, norm, engine.gradients.flat);
    engine.apply(
      { ...training, kind: training.optimizer, learningRate: rate, count: updates + step, clipValue },
      training.clipping === 'value' ? 1 : scale,
    );
    await clock.breathe();
  }
  if (!engine.parameters.flat.every(Number.isFinite)) return false;
  const last = losses.slice(-averaged);
  const mean = last.reduce((sum, loss) => sum + loss, 0) / Math.max(1, last.length);
  const most = Math.min((before ?? 0) + rise, Math.max(before ?? 0, Math.log(engine.shape.vocabulary)));
  return losses.length > 0 && mean <= most;
}

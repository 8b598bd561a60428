import { resolve } from 'node:path';
import { createState, type Engine, type State } from '../../src/engine/engine';
import { type ModelShape, modelSchema } from '../../src/model/configuration';
import { Random } from '../../src/model/random';
import type { Window } from '../../src/text/windows';

/** Where the build put the kernels and the threads' script. */
export const dist = resolve(__dirname, '../../dist');

/** A model whose sizes are no multiples of four, unless they are given. */
export function shapeOf(overrides: Partial<ModelShape>): ModelShape {
  return { ...modelSchema.parse({ hidden: 7 }), vocabulary: 11, ...overrides };
}

/** A window of random tokens. */
export function windowOf(shape: ModelShape, steps: number, batch: number, seed = 1): Window {
  const random = new Random(seed);
  const ids = () => Int32Array.from({ length: steps * batch }, () => random.below(shape.vocabulary));
  return { steps, batch, inputs: ids(), targets: ids() };
}

/** A random state, not the zero one. */
export function stateOf(shape: ModelShape, batch: number, seed = 2): State {
  const random = new Random(seed);
  const state = createState(shape, batch);
  for (const values of [state.hidden, state.cell]) {
    for (let i = 0; i < values.length; i++) values[i] = random.uniform() - 0.5;
  }
  return state;
}

/** Sets all parameters uniformly in ±scale. */
export function randomise(engine: Engine, scale = 0.5, seed = 3): void {
  const random = new Random(seed);
  const { flat } = engine.parameters;
  for (let i = 0; i < flat.length; i++) flat[i] = scale * (2 * random.uniform() - 1);
}

/** ‖x − y‖ / ‖y‖; of two zero vectors 0. */
export function relative(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let difference = 0;
  let size = 0;
  for (let i = 0; i < y.length; i++) {
    difference += (x[i] - y[i]) ** 2;
    size += y[i] ** 2;
  }
  return difference === 0 ? 0 : Math.sqrt(difference / size);
}

import { describe, expect, it } from 'vitest';
import type { Engine, OptimizerStep, Pass } from '../../src/engine/engine';
import { createFusedEngine } from '../../src/engine/fused';
import { createTfjsEngine } from '../../src/engine/tfjs';
import type { ModelShape } from '../../src/model/configuration';
import { Random } from '../../src/model/random';
import { dist, randomise, relative, shapeOf, stateOf, windowOf } from './models';

interface Setting {
  readonly name: string;
  readonly shape: ModelShape;
  readonly steps: number;
  readonly batch: number;
  readonly threads: number;
  /** Runs with a dropout seed, and with random carries and weights. */
  readonly special?: boolean;
  /** Biases far from zero close some gates and open others, down to exactly 0 and 1 in single precision. */
  readonly saturated?: boolean;
}

const rnn = { cell: 'rnn' } as const;
const gru = { cell: 'gru' } as const;
const lstm = { cell: 'lstm' } as const;
const cells: [string, Partial<ModelShape>][] = [
  ['rnn tanh', rnn],
  ['rnn relu', { ...rnn, activation: 'relu' }],
  ['rnn identity', { ...rnn, activation: 'identity' }],
  ['gru before', gru],
  ['gru after', { ...gru, reset: 'after' }],
  ['lstm', lstm],
];
const tied = { embedding: 10, hidden: 10, tied: true };

const settings: Setting[] = [
  ...cells.flatMap(([name, cell]): Setting[] => [
    { name, shape: shapeOf(cell), steps: 5, batch: 3, threads: 2 },
    { name: `${name}, H 33`, shape: shapeOf({ ...cell, hidden: 33, vocabulary: 2 }), steps: 9, batch: 1, threads: 2 },
    { name: `${name}, H 16`, shape: shapeOf({ ...cell, hidden: 16 }), steps: 4, batch: 8, threads: 1, special: true },
    {
      name: `${name}, three layers, embedding`,
      shape: shapeOf({ ...cell, layers: 3, embedding: 9 }),
      steps: 3,
      batch: 5,
      threads: 3,
      special: true,
    },
    {
      name: `${name}, tied, dropout`,
      shape: shapeOf({ ...cell, ...tied, layers: 2, dropout: 0.3 }),
      steps: 6,
      batch: 7,
      threads: 2,
      special: true,
    },
  ]),
  { name: 'gru, V 20,000', shape: shapeOf({ ...gru, vocabulary: 20000 }), steps: 3, batch: 5, threads: 2 },
  {
    name: 'gru, V 20,000, tied',
    shape: shapeOf({ ...gru, ...tied, vocabulary: 20000 }),
    steps: 3,
    batch: 5,
    threads: 2,
  },
  ...cells.slice(3).map(([name, cell]): Setting => {
    const shape = shapeOf({ ...cell, hidden: 18, layers: 2 });
    return { name: `${name}, saturated gates`, shape, steps: 6, batch: 5, threads: 2, saturated: true };
  }),
  { name: 'lstm, H 130, T·B 777', shape: shapeOf({ ...lstm, hidden: 130 }), steps: 37, batch: 21, threads: 2 },
  { name: 'gru, H 300, one step', shape: shapeOf({ ...gru, hidden: 300 }), steps: 1, batch: 3, threads: 2 },
];

function passOf({ shape, steps, batch, special }: Setting): Pass {
  const random = new Random(4);
  const flow = new Float32Array(shape.layers * steps); // (L, T)
  if (!special) return { flow };
  const carry = Float32Array.from({ length: steps * batch }, () => (random.below(3) ? 1.25 : 0)); // (T, B)
  const weights = Float32Array.from({ length: steps * batch }, () => random.uniform()); // (T, B)
  return { carry, weights, flow, dropoutSeed: shape.dropout > 0 ? 4000000000 : undefined };
}

/** Runs the same on both engines, from the same parameters. */
async function both(
  { shape, threads, saturated }: Setting,
  run: (engine: Engine) => number[][],
): Promise<[number[][], number[][]]> {
  const engines = [await createFusedEngine(shape, { dist, threads }), await createTfjsEngine(shape, { dist })];
  const [fused, reference] = engines.map((engine) => {
    randomise(engine);
    if (saturated) saturate(engine);
    const results = run(engine);
    engine.dispose();
    return results;
  });
  return [fused, reference];
}

/** Moves the bias of two gates of three far down or up. */
function saturate({ parameters }: Engine): void {
  for (const { name } of parameters.entries.filter((entry) => entry.name.endsWith('.b'))) {
    const biases = parameters.get(name);
    for (let j = 0; j < biases.length; j++) biases[j] += 60 * ((j % 3) - 1);
  }
}

describe('the fused engine agrees with the tfjs engine', () => {
  it.each(settings)('$name: losses, states, flow and every gradient', async (setting) => {
    const { shape, steps, batch } = setting;
    const names: string[] = [];
    const [fused, reference] = await both(setting, (engine) => {
      const state = stateOf(shape, batch);
      const pass = passOf(setting);
      const { nats, norm, tokens } = engine.gradient(windowOf(shape, steps, batch), state, pass);
      names.splice(0, names.length, ...engine.gradients.entries.map(({ name }) => name));
      const gradients = names.map((name) => Array.from(engine.gradients.get(name)));
      return [...gradients, [nats, tokens], [norm], [...state.hidden], [...state.cell], [...(pass.flow ?? [])]];
    });
    [...names, 'nats and tokens', 'norm', 'hidden', 'cell', 'flow'].forEach((name, i) => {
      expect(fused[i].length, name).toBe(reference[i].length);
      expect(relative(fused[i], reference[i]), name).toBeLessThan(1e-4);
    });
  });

  it.each(settings)('$name: evaluation and single steps', async (setting) => {
    const { shape, steps, batch } = setting;
    const [fused, reference] = await both(setting, (engine) => {
      const state = stateOf(shape, batch);
      const { nats, tokens } = engine.evaluate(windowOf(shape, steps, batch), state);
      const { inputs, targets } = windowOf(shape, 2, batch, 8);
      const first = Array.from(engine.step(inputs.subarray(0, batch), state));
      const second = Array.from(engine.step(targets.subarray(0, batch), state));
      return [[nats, tokens], first, second, [...state.hidden], [...state.cell]];
    });
    fused.forEach((values, i) => {
      expect(relative(values, reference[i])).toBeLessThan(1e-5);
    });
  });
});

const updates: OptimizerStep['kind'][] = ['sgd', 'momentum', 'rmsprop', 'adam', 'adamw'];

describe('twenty updates on both engines', () => {
  const setting: Setting = { name: '', shape: shapeOf({ layers: 2, hidden: 13 }), steps: 6, batch: 5, threads: 2 };
  it.each(updates.flatMap((kind) => [0, 0.01].map((clipValue) => ({ kind, clipValue }))))(
    '$kind, values clamped to $clipValue',
    async ({ kind, clipValue }) => {
      const { shape, steps, batch } = setting;
      const [fused, reference] = await both(setting, (engine) => {
        const state = stateOf(shape, batch);
        const losses: number[] = [];
        for (let count = 1; count <= 20; count++) {
          const { nats, norm } = engine.gradient(windowOf(shape, steps, batch, count), state);
          losses.push(nats);
          const rates = {
            learningRate: kind === 'sgd' ? 0.5 : 0.01,
            momentum: 0.9,
            alpha: 0.95,
            beta1: 0.9,
            beta2: 0.999,
          };
          engine.apply({ kind, ...rates, epsilon: 1e-6, weightDecay: 0.1, count, clipValue }, Math.min(1, 0.5 / norm));
        }
        const { first, second } = engine.moments;
        return [losses, [...engine.parameters.flat], [...first], [...second]];
      });
      expect(fused[0][19]).not.toBeCloseTo(fused[0][0], 2);
      ['losses', 'parameters', 'first moments', 'second moments'].forEach((name, i) => {
        expect(relative(fused[i], reference[i]), name).toBeLessThan(1e-4);
      });
    },
  );
});

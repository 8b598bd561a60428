import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { gradientFlow, linearRnnFlow } from '../../../src/analysis/gradient-flow';
import { linearFlow } from '../../../src/analysis/linear-rnn';
import { createState, type Engine, type State } from '../../../src/engine/engine';
import { createTfjsEngine } from '../../../src/engine/tfjs';
import { forward } from '../../../src/engine/tfjs/forward';
import { type ModelShape, modelSchema } from '../../../src/model/configuration';
import { initialise } from '../../../src/model/initialisation';
import { Random } from '../../../src/model/random';

const T = 6;
const B = 2;
const V = 5;
const H = 4;

async function setup(changes: Partial<ModelShape>) {
  const shape: ModelShape = { ...modelSchema.parse({ hidden: H, ...changes }), vocabulary: V };
  const engine = await createTfjsEngine(shape, { dist: '', backend: 'cpu' });
  initialise(engine.parameters, 'uniform', 2);
  const random = new Random(6);
  const ids = () => Int32Array.from({ length: T * B }, () => random.below(V)); // (T, B)
  const state = createState(shape, B);
  for (const values of [state.hidden, state.cell])
    for (let i = 0; i < values.length; i++) values[i] = random.normal() / 2;
  return { shape, engine, window: { steps: T, batch: B, inputs: ids(), targets: ids() }, state };
}

type Setup = Awaited<ReturnType<typeof setup>>;

const copy = (state: State): State => ({ ...state, hidden: state.hidden.slice(), cell: state.cell.slice() });

/** −log p of the target at (t, b), with one unit of a layer's h moved at step `moved`, also in what goes up from it there. */
function lossWith(
  { engine, window, state, shape }: Setup,
  t: number,
  b: number,
  { layer, moved, unit, by }: { layer: number; moved: number; unit: number; by: number },
): number {
  const { parameters } = engine;
  return tf.tidy(() => {
    const weights = Object.fromEntries(
      parameters.entries.map(({ name, shape }) => [name, tf.tensor(parameters.get(name), [...shape])]),
    );
    const perturbations = Array.from({ length: shape.layers }, (_, l) =>
      Array.from({ length: T }, (_, s) => {
        const move = new Float32Array(B * H); // (B, H)
        if (l === layer && s === moved) move[b * H + unit] = by;
        return tf.tensor2d(move, [B, H]);
      }),
    );
    const { logProbabilities } = forward(shape, weights, state, { ...window, perturbations }); // (T·B, V)
    return -logProbabilities.dataSync()[(t * B + b) * V + window.targets[t * B + b]];
  });
}

describe('gradientFlow', () => {
  it.each<Partial<ModelShape>>([
    { cell: 'rnn' },
    { cell: 'rnn', activation: 'identity' },
    { cell: 'gru', reset: 'before' },
    { cell: 'gru', reset: 'after' },
    { cell: 'lstm' },
    { cell: 'gru', layers: 2, embedding: 3 },
    { cell: 'lstm', layers: 2 },
    { cell: 'rnn', activation: 'identity', layers: 3 },
  ])('agrees with finite differences in every layer: %j', async (changes) => {
    const all = await setup(changes);
    const [t, b] = [4, 1];
    const norms = gradientFlow(all.engine, all.window, all.state, { t, b });
    expect(norms.length).toBe(all.shape.layers);
    expect(norms[0].length).toBe(t + 1);
    for (const [layer, flow] of norms.entries()) {
      for (let k = 0; k <= t; k++) {
        let sum = 0;
        for (let unit = 0; unit < H; unit++) {
          const moved = t - k;
          const loss = (by: number) => lossWith(all, t, b, { layer, moved, unit, by });
          const by = 0.02;
          sum += ((loss(by) - loss(-by)) / (2 * by)) ** 2;
        }
        expect(Math.abs(flow[k] - Math.sqrt(sum)), `layer ${layer}, lag ${k}`).toBeLessThan(0.01 * flow[k] + 2e-5);
      }
    }
    all.engine.dispose();
  });

  it('is exact for the linear RNN', async () => {
    const all = await setup({ cell: 'rnn', activation: 'identity' });
    const { engine, window, state } = all;
    const [t, b] = [T - 1, 0];
    const norms = gradientFlow(engine, window, state, { t, b })[0];
    const dh = outputGradient(engine, all, t, b); // (H)
    const exact = linearFlow(engine.parameters.get('l0.W_h'), dh, t);
    norms.forEach((value, k) => {
      expect(value / exact[k]).toBeCloseTo(1, 4);
    });
    engine.dispose();
  });

  it('leaves parameters and state alone, and takes the last step of all rows by default', async () => {
    const { engine, window, state } = await setup({ cell: 'lstm' });
    const before = { parameters: engine.parameters.flat.slice(), state: copy(state) };
    const norms = gradientFlow(engine, window, state);
    expect(engine.parameters.flat).toEqual(before.parameters);
    expect(state).toEqual(before.state);
    const rows = [0, 1].map((b) => gradientFlow(engine, window, state, { b })[0]);
    norms[0].forEach((value, k) => {
      expect(value).toBeCloseTo(Math.hypot(rows[0][k], rows[1][k]) / B, 6);
    });
    engine.dispose();
  });
});

/** ∂L/∂h_t of one layer: W_hq (p − onehot). */
function outputGradient(engine: Engine, { window, state: start }: Setup, t: number, b: number): Float64Array {
  const state = copy(start);
  let logProbabilities = new Float32Array();
  for (let s = 0; s <= t; s++) logProbabilities = engine.step(window.inputs.slice(s * B, (s + 1) * B), state).slice();
  const W_hq = engine.parameters.get('W_hq'); // (H, V)
  return Float64Array.from({ length: H }, (_, unit) => {
    let sum = 0;
    for (let v = 0; v < V; v++) {
      const dO = Math.exp(logProbabilities[b * V + v]) - (v === window.targets[t * B + b] ? 1 : 0);
      sum += W_hq[unit * V + v] * dO;
    }
    return sum;
  });
}

describe('linearRnnFlow', () => {
  it.each<Partial<ModelShape>>([{}, { tied: true, embedding: H }, { layers: 3 }])(
    'equals the measured flow of a linear RNN’s top layer, batch and all: %j',
    async (changes) => {
      const { engine, window, state } = await setup({ cell: 'rnn', activation: 'identity', ...changes });
      const linear = linearRnnFlow(engine, window, state);
      const measured = gradientFlow(engine, window, state).at(-1)!;
      expect(linear?.exact).toHaveLength(T);
      linear?.exact.forEach((norm, k) => {
        expect(norm / measured[k]).toBeCloseTo(1, 4);
      });
      expect(linear?.spectralRadius).toBeGreaterThan(0);
    },
  );

  it('says nothing of other models', async () => {
    for (const changes of [{ cell: 'rnn' as const }, { cell: 'gru' as const }]) {
      const { engine, window, state } = await setup(changes);
      expect(linearRnnFlow(engine, window, state)).toBeUndefined();
    }
  });
});

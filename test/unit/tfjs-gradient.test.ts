import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createState, type Pass } from '../../src/engine/engine';
import { createTfjsEngine } from '../../src/engine/tfjs';
import { type ModelShape, modelSchema } from '../../src/model/configuration';
import { initialise } from '../../src/model/initialisation';
import { Random } from '../../src/model/random';

const dist = resolve(__dirname, '../../dist');

const models: Record<string, Partial<ModelShape>> = {
  'rnn tanh': { cell: 'rnn' },
  'rnn relu': { cell: 'rnn', activation: 'relu' },
  'linear rnn': { cell: 'rnn', activation: 'identity' },
  'gru, reset before': { cell: 'gru', reset: 'before' },
  'gru, reset after': { cell: 'gru', reset: 'after' },
  lstm: { cell: 'lstm' },
  'two lstm layers with embedding': { cell: 'lstm', layers: 2, embedding: 3 },
  'two gru layers, tied, with dropout': { cell: 'gru', layers: 2, embedding: 6, hidden: 6, tied: true, dropout: 0.3 },
};

const T = 5;
const B = 3;
const V = 7;

function setup(overrides: Partial<ModelShape>) {
  const shape: ModelShape = { ...modelSchema.parse({ hidden: 6 }), vocabulary: V, ...overrides };
  const random = new Random(5);
  const ids = () => Int32Array.from({ length: T * B }, () => random.below(V));
  const window = { steps: T, batch: B, inputs: ids(), targets: ids() };
  const begin = () => {
    const draw = new Random(9);
    const state = createState(shape, B);
    for (const values of [state.hidden, state.cell])
      for (let i = 0; i < values.length; i++) values[i] = draw.normal() / 3;
    return state;
  };
  return { shape, window, begin, random };
}

describe.each(Object.entries(models))('tfjs engine, %s', (_, overrides) => {
  it('has gradients equal to central differences, every parameter', async () => {
    const { shape, window, begin } = setup(overrides);
    const engine = await createTfjsEngine(shape, { dist });
    initialise(engine.parameters, 'uniform', 3);
    const pass: Pass = { dropoutSeed: shape.dropout > 0 ? 11 : undefined };
    const loss = () => {
      const { nats, tokens } = engine.gradient(window, begin(), pass);
      return nats / tokens;
    };
    loss();
    const analytic = Float32Array.from(engine.gradients.flat);
    // A wide step would carry relu over its kink; a narrow one costs digits, hence the wider tolerance.
    const [epsilon, slack] = shape.activation === 'relu' ? [0.001, 2e-4] : [0.01, 2e-5];
    for (const { name, offset, size } of engine.parameters.entries) {
      const largest = Math.max(...analytic.subarray(offset, offset + size).map(Math.abs));
      expect(largest, name).toBeGreaterThan(0);
      const stride = Math.max(1, Math.floor(size / 12));
      for (let i = offset; i < offset + size; i += stride) {
        const kept = engine.parameters.flat[i];
        engine.parameters.flat[i] = kept + epsilon;
        const up = loss();
        engine.parameters.flat[i] = kept - epsilon;
        const down = loss();
        engine.parameters.flat[i] = kept;
        expect(Math.abs((up - down) / (2 * epsilon) - analytic[i]), `${name}[${i - offset}]`).toBeLessThan(
          0.01 * largest + slack,
        );
      }
    }
    engine.dispose();
  });
});

describe('tfjs engine', () => {
  it('multiplies the gradient that crosses a step by carry', async () => {
    const { shape, window, begin } = setup({ cell: 'lstm' });
    const engine = await createTfjsEngine(shape, { dist });
    initialise(engine.parameters, 'uniform', 3);
    const gradient = (carry?: Float32Array, weights?: Float32Array) => {
      engine.gradient(window, begin(), { carry, weights });
      return Float32Array.from(engine.gradients.flat);
    };
    const whole = gradient();
    expect(gradient(new Float32Array(T * B).fill(1))).toEqual(whole);
    // Cutting everywhere between steps 1 and 2 leaves the loss of the later steps blind to the earlier inputs.
    const carry = new Float32Array(T * B).fill(1);
    carry.fill(0, B, 2 * B);
    const late = new Float32Array(T * B);
    late.fill(1, 2 * B);
    const cut = gradient(carry, late);
    const second = {
      ...window,
      steps: T - 2,
      inputs: window.inputs.slice(2 * B),
      targets: window.targets.slice(2 * B),
    };
    const state = begin();
    engine.evaluate(
      { ...window, steps: 2, inputs: window.inputs.slice(0, 2 * B), targets: window.targets.slice(0, 2 * B) },
      state,
    );
    engine.gradient(second, state, { weights: late.slice(2 * B) });
    cut.forEach((value, i) => {
      expect(value).toBeCloseTo(engine.gradients.flat[i], 5);
    });
    expect(cut.some((value, i) => Math.abs(value - whole[i] * T * B) > 1e-3)).toBe(true);
  });

  it('runs a window as it runs its tokens one by one', async () => {
    const { shape, window, begin } = setup({ cell: 'gru', layers: 2 });
    const engine = await createTfjsEngine(shape, { dist });
    initialise(engine.parameters, 'uniform', 3);
    const together = begin();
    const { nats, tokens } = engine.evaluate(window, together);
    expect(tokens).toBe(T * B);
    const apart = begin();
    let sum = 0;
    for (let t = 0; t < T; t++) {
      const logp = engine.step(window.inputs.subarray(t * B, (t + 1) * B), apart);
      for (let b = 0; b < B; b++) sum -= logp[b * V + window.targets[t * B + b]];
    }
    expect(sum).toBeCloseTo(nats, 4);
    apart.hidden.forEach((value, i) => {
      expect(value).toBeCloseTo(together.hidden[i], 5);
    });
  });
});

import { describe, expect, it } from 'vitest';
import { createState, type Engine } from '../../../src/engine/engine';
import { createTfjsEngine } from '../../../src/engine/tfjs';
import { type ModelShape, modelSchema, trainingSchema } from '../../../src/model/configuration';
import { initialise } from '../../../src/model/initialisation';
import { Random } from '../../../src/model/random';
import {
  carryAlone,
  carryFor,
  createTruncationMemory,
  cutProbability,
  type Truncation,
} from '../../../src/training/truncation';

const truncation = (changes: Partial<Truncation>): Truncation => ({ ...trainingSchema.parse({}), ...changes });
const never = () => {
  throw new Error('asked for randomness');
};

describe('carryFor', () => {
  it('lets everything pass without truncation', () => {
    const carry = carryFor(truncation({ truncation: 'none' }), 3, 2, never, createTruncationMemory(2));
    expect([...carry]).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('cuts every K steps, counted across windows', () => {
    const memory = createTruncationMemory(1);
    const fixed = truncation({ truncation: 'fixed', truncateEvery: 3 });
    expect([...carryFor(fixed, 4, 1, never, memory)]).toEqual([1, 1, 0, 1]);
    expect([...carryFor(fixed, 4, 1, never, memory)]).toEqual([1, 0, 1, 1]);
    expect([...carryFor(truncation({ truncation: 'fixed', truncateEvery: 0 }), 2, 1, never, memory)]).toEqual([1, 1]);
  });

  it('cuts each row by its own chance', () => {
    const draws = [0.2, 0.3, 0.1, 0.9];
    const random = truncation({ truncation: 'random', truncateProbability: 0.25 });
    const memory = createTruncationMemory(2);
    const carry = [...carryFor(random, 2, 2, () => draws.shift()!, memory)];
    expect(carry.map((value) => Math.round(value * 1e4) / 1e4)).toEqual([0, 1.3333, 0, 1.3333]);
    expect(memory.sinceCut).toEqual([0, 2]);
  });

  it('follows the schedule of α, and gives the mean length that it promises', () => {
    const schedule = truncation({ truncation: 'random', truncateProbability: 0, truncateLength: 16, truncateAlpha: 6 });
    expect(cutProbability(schedule, 1)).toBeCloseTo(5 / 65, 12);
    expect(cutProbability(schedule, 36)).toBeCloseTo(5 / 100, 12);
    expect(cutProbability({ ...schedule, truncateLength: 1 }, 1)).toBeLessThan(1);
    const random = new Random(4);
    const T = 200_000;
    const carry = carryFor(schedule, T, 1, () => random.uniform(), createTruncationMemory(1));
    const cuts = carry.filter((value) => value === 0).length;
    expect(T / cuts).toBeGreaterThan(14);
    expect(T / cuts).toBeLessThan(18);
    // Its expectation is 1 at every step, so the mean over many is.
    expect(carry.reduce((sum, value) => sum + value, 0) / T).toBeCloseTo(1, 2);
  });
});

describe('carryAlone', () => {
  it('lets the last step reach K steps back, itself counted', () => {
    const fixed = (truncateEvery: number) => truncation({ truncation: 'fixed', truncateEvery });
    expect([...carryAlone(fixed(3), 7, 1, never)!]).toEqual([0, 1, 1, 0, 1, 1, 0]);
    expect([...carryAlone(fixed(2), 4, 1, never)!]).toEqual([1, 0, 1, 0]);
  });

  it('is absent where nothing is cut', () => {
    for (const how of [
      { truncation: 'none' as const },
      { truncateEvery: 0 },
      { truncateEvery: 4 },
      { truncateEvery: 9 },
    ]) {
      expect(carryAlone(truncation(how), 4, 2, never)).toBeUndefined();
    }
  });
});

describe('influence balancing', () => {
  // s ← A s + θ b with A_ii = A_{i,i+1} = ½; in the limit ds₁/dθ = −6, so ½(s₁ − 1)² is least at θ = −1/6. (n)
  const n = 23;
  const b = Float64Array.from({ length: n }, (_, i) => (i < 10 ? 1 : -1));

  /** Runs windows of T steps from θ = 0.5, each followed by one update with the sum of its steps' gradients. */
  function train(how: Truncation, T: number, lr: number, windows: number, seed: number): number {
    const random = new Random(seed);
    const memory = createTruncationMemory(1);
    let theta = 0.5;
    let s = new Float64Array(n); // (n)
    for (let w = 0; w < windows; w++) {
      const errors = new Float64Array(T); // (T), s₁ − 1
      for (let t = 0; t < T; t++) {
        s = s.map((value, i) => (value + (i + 1 < n ? s[i + 1] : 0)) / 2 + theta * b[i]); // (n)
        errors[t] = s[0] - 1;
      }
      const carry = carryFor(how, T, 1, () => random.uniform(), memory); // (T, 1)
      let dS = new Float64Array(n); // (n)
      let dTheta = 0;
      for (let t = T - 1; t >= 0; t--) {
        const flow = t === T - 1 ? 0 : carry[t];
        dS = dS.map((value, i) => (flow * (value + (i > 0 ? dS[i - 1] : 0))) / 2); // (n), carry Aᵀ dS
        dS[0] += errors[t];
        for (let i = 0; i < n; i++) dTheta += dS[i] * b[i];
      }
      theta -= lr * dTheta;
      if (Math.abs(theta) > 100) return theta;
    }
    return theta;
  }

  it.each([10, 20, 30])('runs away with a cut every %d steps', (K) => {
    const fixed = truncation({ truncation: 'fixed', truncateEvery: K });
    expect(train(fixed, 2 * K, 1e-4, 100_000 / K, 1)).toBeGreaterThan(1);
  });

  it.each([
    ['constant probability', { truncateProbability: 1 / 16 }],
    ['schedule of α', { truncateProbability: 0, truncateLength: 16, truncateAlpha: 6 }],
  ])('reaches −1/6 with random cuts, %s', (_, how) => {
    const random = truncation({ truncation: 'random', ...how });
    for (const seed of [1, 2, 3]) expect(train(random, 1000, 1e-5, 300, seed)).toBeCloseTo(-1 / 6, 4);
  });
});

describe('random truncation through an engine', () => {
  const T = 8;
  const B = 256;
  const shape: ModelShape = { ...modelSchema.parse({ cell: 'rnn', hidden: 4 }), vocabulary: 5 };
  const random = new Random(8);
  const column = (length: number) => Array.from({ length }, () => random.below(5));
  // The same text in every row, so that one pass averages over B draws.
  const ids = column(T + 1);
  const repeat = (from: number) => Int32Array.from({ length: T * B }, (_, i) => ids[from + Math.floor(i / B)]); // (T, B)
  const window = { steps: T, batch: B, inputs: repeat(0), targets: repeat(1) };

  async function engineWithMemory(): Promise<Engine> {
    const engine = await createTfjsEngine(shape, { dist: '', backend: 'cpu' });
    initialise(engine.parameters, 'uniform', 3);
    const W_h = engine.parameters.get('l0.W_h');
    for (let i = 0; i < W_h.length; i++) W_h[i] *= 2; // long memory, so that cutting it is felt
    return engine;
  }

  it.each([
    ['constant probability', { truncateProbability: 0.3 }],
    ['schedule of α', { truncateProbability: 0, truncateLength: 3, truncateAlpha: 6 }],
  ])('is unbiased, %s, as a fixed cut is not', async (_, how) => {
    const engine = await engineWithMemory();
    const gradient = (carry?: Float32Array) => {
      engine.gradient(window, createState(shape, B), { carry });
      return Float64Array.from(engine.gradients.flat);
    };
    const full = gradient();
    const cut = gradient(
      carryFor(truncation({ truncation: 'fixed', truncateEvery: 2 }), T, B, never, createTruncationMemory(B)),
    );
    const strategy = truncation({ truncation: 'random', ...how });
    const memory = createTruncationMemory(B);
    const passes = 60;
    const mean = new Float64Array(full.length);
    const squares = new Float64Array(full.length);
    for (let i = 0; i < passes; i++) {
      gradient(carryFor(strategy, T, B, () => random.uniform(), memory)).forEach((value, j) => {
        mean[j] += value / passes;
        squares[j] += (value - full[j]) ** 2 / passes;
      });
    }
    let worst = 0;
    let worstFixed = 0;
    full.forEach((value, j) => {
      const variance = Math.max(0, squares[j] - (mean[j] - value) ** 2);
      const error = Math.sqrt(variance / (passes - 1)) + 1e-6; // of the mean, and of 32-bit sums
      worst = Math.max(worst, Math.abs(mean[j] - value) / error);
      worstFixed = Math.max(worstFixed, Math.abs(cut[j] - value) / error);
    });
    expect(worst).toBeLessThan(4.5);
    expect(worstFixed).toBeGreaterThan(20);
    engine.dispose();
  });
});

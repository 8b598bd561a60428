import { describe, expect, it } from 'vitest';
import { modelSchema } from '../../src/model/configuration';
import { initialise } from '../../src/model/initialisation';
import { ParameterTable } from '../../src/model/parameters';

const H = 64;

function initialised(options: object, init: 'uniform' | 'normal', seed = 1): ParameterTable {
  const parameters = new ParameterTable({ ...modelSchema.parse({ hidden: H, ...options }), vocabulary: 40 });
  initialise(parameters, init, seed);
  return parameters;
}

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, x) => sum + x, 0) / values.length;
const deviation = (values: ArrayLike<number>) => Math.sqrt(mean(Array.from(values, (x) => x * x)) - mean(values) ** 2);
const largest = (values: ArrayLike<number>) => Math.max(...Array.from(values, Math.abs));

describe('uniform initial weights', () => {
  const bound = 1 / Math.sqrt(H);

  it.each([['rnn'], ['gru'], ['lstm']])('of %s fill ±1/√H, as PyTorch’s', (cell) => {
    const parameters = initialised({ cell }, 'uniform');
    for (const name of ['l0.W_x', 'l0.W_h', 'W_hq']) {
      const values = parameters.get(name);
      expect(largest(values), name).toBeLessThanOrEqual(bound);
      expect(largest(values), name).toBeGreaterThan(0.98 * bound);
      expect(Math.abs(mean(values)), name).toBeLessThan(0.06 * bound);
      expect(deviation(values) / (bound / Math.sqrt(3)), name).toBeCloseTo(1, 1);
    }
    expect(largest(parameters.get('b_q'))).toBeLessThanOrEqual(bound);
  });

  it('have biases that stand for PyTorch’s two, and single ones where a GRU resets after', () => {
    const sums = initialised({ cell: 'lstm', hidden: 1024 }, 'uniform').get('l0.b');
    expect(largest(sums)).toBeGreaterThan(1.5 / 32);
    expect(largest(sums)).toBeLessThanOrEqual(2 / 32);
    expect(deviation(sums) / (Math.sqrt(2 / 3) / 32)).toBeCloseTo(1, 1);
    const after = initialised({ cell: 'gru', reset: 'after' }, 'uniform');
    for (const values of [after.get('l0.b').subarray(2 * H), after.get('l0.b_hn')]) {
      expect(largest(values)).toBeLessThanOrEqual(bound);
      expect(largest(values)).toBeGreaterThan(0.8 * bound);
    }
  });

  it('have an embedding of deviation 1, or within ±1/√H where it is the output layer too', () => {
    expect(deviation(initialised({ embedding: H }, 'uniform').get('embedding'))).toBeCloseTo(1, 1);
    expect(largest(initialised({ embedding: H, tied: true }, 'uniform').get('embedding'))).toBeLessThanOrEqual(bound);
  });

  it('repeat themselves for a seed and not for another', () => {
    const flat = (seed: number) => initialised({}, 'uniform', seed).flat;
    expect(flat(3)).toEqual(flat(3));
    expect(flat(3)).not.toEqual(flat(4));
  });
});

describe('normal initial weights', () => {
  it('have deviation 0.01 and zero biases, as the lecture’s', () => {
    const parameters = initialised({ cell: 'gru', reset: 'after', layers: 2, embedding: 50 }, 'normal');
    for (const { name } of parameters.entries) {
      const values = parameters.get(name);
      if (name === 'b_q' || /\.b(_hn)?$/.test(name)) expect(largest(values), name).toBe(0);
      else {
        expect(deviation(values) / 0.01, name).toBeCloseTo(1, 1);
        expect(Math.abs(mean(values)), name).toBeLessThan(0.001);
        expect(largest(values), name).toBeGreaterThan(0.025);
      }
    }
  });
});

describe('the forget gate’s bias', () => {
  it.each([['uniform'], ['normal']] as const)('of an LSTM is raised in every layer, %s, and no other is', (init) => {
    const raised = initialised({ cell: 'lstm', layers: 2, forgetBias: 1.5 }, init);
    const plain = initialised({ cell: 'lstm', layers: 2 }, init);
    for (const { name } of plain.entries) {
      const gate = name.endsWith('.b') ? (i: number) => i >= H && i < 2 * H : () => false;
      const expected = plain.get(name).map((x, i) => (gate(i) ? x + 1.5 : x));
      expect(raised.get(name), name).toEqual(expected);
    }
  });

  it('is of no other cell', () => {
    expect(initialised({ cell: 'gru', forgetBias: 2 }, 'uniform').flat).toEqual(initialised({}, 'uniform').flat);
  });
});

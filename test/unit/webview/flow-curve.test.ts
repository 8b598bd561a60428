import { describe, expect, it } from 'vitest';
import { comparedCurveLayers, curveLayers, describeSpectralRadius, flowAt } from '../../../webview/flow-curve';
import { flowRange, lags } from '../../../webview/flow-layer';
import { RunHistory } from '../../../webview/history';
import { stretch, summary } from '../../visual/scenarios';

function made(steps: number, options: Parameters<typeof stretch>[2] = {}): RunHistory {
  const history = new RunHistory(0.9);
  history.append(stretch(steps, 1000, options));
  return history;
}

describe('flowAt', () => {
  it('finds the last flow measured up to a place on the axis', () => {
    const history = made(400);
    const steps = history.flows.map(({ step }) => step);
    expect(steps.length).toBeGreaterThan(5);
    expect(flowAt(history, steps[3], 'step')?.step).toBe(steps[3]);
    expect(flowAt(history, steps[4] - 1, 'step')?.step).toBe(steps[3]);
    expect(flowAt(history, 400, 'step')?.step).toBe(steps.at(-1));
    expect(flowAt(history, 0, 'step')?.step).toBe(steps[0]);
  });

  it('finds it by epoch and by time as by step', () => {
    const history = made(400);
    const { step } = history.flows[3];
    const index = history.step.nearest(step);
    for (const axis of ['epoch', 'time'] as const) {
      expect(flowAt(history, history.x(axis).values[index], axis)?.step).toBe(step);
      expect(flowAt(history, history.x(axis).values[index - 1], axis)?.step).toBe(history.flows[2].step);
    }
  });

  it('finds none where none was measured', () => {
    expect(flowAt(new RunHistory(0.9), 10, 'step')).toBeUndefined();
  });
});

describe('the sentence on the spectral radius', () => {
  it.each([
    [0.93, 'Spectral radius of W_hh 0.9300: in the long run gradients vanish by a factor of 0.9300 each step back.'],
    [1.2, 'Spectral radius of W_hh 1.200: in the long run gradients explode by a factor of 1.200 each step back.'],
    [1.0002, 'Spectral radius of W_hh 1.000: in the long run gradients neither vanish nor explode.'],
    [0.9994, 'Spectral radius of W_hh 0.9994: in the long run gradients vanish by a factor of 0.9994 each step back.'],
    [Number.NaN, 'The spectral radius of W_hh is not a finite number.'],
  ])('says what %d means', (radius, sentence) => {
    expect(describeSpectralRadius(radius)).toBe(sentence);
  });

  it('says whose matrix it is in a stack', () => {
    expect(describeSpectralRadius(0.5, 3)).toMatch(/^Spectral radius of layer 3’s W_hh 0\.5000: /);
  });
});

describe('the lines of the lag curve', () => {
  const { configuration } = summary('running', 400, 1000);
  const withModel = (model: Partial<typeof configuration.model>) =>
    summary('running', 400, 1000, { configuration: { ...configuration, model: { ...configuration.model, ...model } } });

  it('are one for each layer, with its norm at the lag nearest to the crosshair', () => {
    const flow = made(400, { layers: 2 }).flows[2];
    const lines = curveLayers(withModel({ layers: 2 }), () => flow);
    expect(lines.map(({ label }) => label)).toEqual(['Layer 1', 'Layer 2']);
    expect(lines.map(({ symbol }) => symbol)).toEqual([0, 1]);
    expect(lines[1].value?.(3.4, 'step')).toBe(flow.norms[1][3]);
  });

  it('have the exact powers over those of a linear RNN’s top layer only', () => {
    const flow = made(400, { spectralRadius: 0.9 }).flows[2];
    const linear = { cell: 'rnn', activation: 'identity' } as const;
    const lines = curveLayers(withModel(linear), () => flow);
    expect(lines.map(({ swatch }) => swatch)).toEqual(['line', 'dashed']);
    expect(lines[1].value?.(7, 'step')).toBe(flow.linear?.exact[7]);
    const stack = curveLayers(withModel({ ...linear, layers: 2 }), () => flow);
    expect(stack.map(({ swatch }) => swatch)).toEqual(['line', 'line', 'dashed']);
    expect(stack[2].label).toBe('Exact powers of layer 2’s W_hhᵀ');
    expect(curveLayers(withModel({ ...linear, activation: 'tanh' }), () => flow)).toHaveLength(1);
  });

  it('are one for each run that is compared, its top layer in the run’s colour, and the first one’s exact powers', () => {
    const front = made(400, { spectralRadius: 0.9 });
    const other = made(400, { layers: 2, seed: 2 });
    const linear = withModel({ cell: 'rnn', activation: 'identity' });
    const stack = { ...withModel({ layers: 2 }), id: 'other' };
    const lines = comparedCurveLayers([
      { run: { summary: linear, history: front, colour: 3 }, name: 'RNN-256', flow: () => front.flows[2] },
      { run: { summary: stack, history: other, colour: 1 }, name: 'GRU-256', flow: () => other.flows[4] },
    ]);
    expect(lines.map(({ label, symbol }) => [label, symbol])).toEqual([
      ['RNN-256', 3],
      ['GRU-256', 1],
      ['Exact powers of W_hhᵀ', undefined],
    ]);
    expect(lines[1].value?.(5, 'step')).toBe(other.flows[4].norms[1][5]);
    expect(new Set(lines.map(({ key }) => key)).size).toBe(3);
  });

  it('span what has a logarithm and is shown, and nothing else', () => {
    const flow = { event: 'flow', step: 1, norms: [[8, 4, 0, 1, Number.POSITIVE_INFINITY, 0.5]] } as const;
    const [line] = curveLayers(withModel({}), () => flow);
    const extent = { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY };
    line.extent?.(0, 4, 'step', extent);
    expect(extent).toEqual({ low: 1, high: 8 });
  });
});

describe('the shades', () => {
  it('span what each layer has had so far, eight decades at most', () => {
    const history = new RunHistory(0.9);
    const flow = (step: number, norms: number[][]) => ({ event: 'flow' as const, step, norms });
    const add = (from: number, ...flows: ReturnType<typeof flow>[]) =>
      history.append({ ...stretch(from + 10, 1000, { from }), flows });
    add(0);
    expect(lags(history)).toBe(0);
    expect(flowRange([history], 0)).toBeUndefined();
    add(10, flow(11, [[0.5, 0.1, 0], [Number.NaN]]));
    expect(lags(history)).toBe(3);
    expect(flowRange([history], 0)).toEqual([0.1, 0.5]);
    expect(flowRange([history], 1)).toBeUndefined();
    expect(flowRange([history], 2)).toBeUndefined();
    add(20, flow(21, [[2, 0.3], [0.7]]), flow(22, [[0.2, 1e-9, Number.POSITIVE_INFINITY, 1], [0.6]]));
    expect(lags(history)).toBe(4);
    expect(flowRange([history], 0)).toEqual([2 / 1e8, 2]);
    expect(flowRange([history], 1)).toEqual([0.6, 0.7]);
  });
});

import { describe, expect, it } from 'vitest';
import { History } from '../../../src/host/history';
import { Trend, thinned } from '../../../src/host/trend';
import { evaluation, step } from './events';

describe('A trend', () => {
  it('holds every value while there are few', () => {
    const trend = new Trend();
    for (let i = 0; i < 100; i++) trend.add(i);
    expect(trend.curve).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  it('spans everything in about two hundred points, the newest value among them', () => {
    const trend = new Trend();
    for (let i = 1; i <= 100_003; i++) {
      trend.add(i);
      if (i % 500 === 0) expect(trend.curve.length).toBeLessThanOrEqual(257);
    }
    const { curve } = trend;
    expect(curve.length).toBeGreaterThanOrEqual(128);
    expect(curve[0]).toBeLessThan(500);
    expect(curve.at(-1)).toBeGreaterThan(99_500);
    expect(curve).toEqual([...curve].sort((a, b) => a - b));
  });

  it('passes over what is not finite', () => {
    const trend = new Trend();
    for (const value of [1, Number.NaN, Number.POSITIVE_INFINITY, 3]) trend.add(value);
    expect(trend.curve).toEqual([1, 3]);
  });
});

describe('Sparklines of a history', () => {
  it('show the course of a whole run and not the noise of its last steps', () => {
    const history = new History();
    for (let i = 1; i <= 20_000; i++) {
      const noise = i % 2 === 0 ? 0.3 : -0.3;
      history.append(step(i, { loss: 2 + 2 * Math.exp(-i / 4000) + noise, gradNorm: 2 * Math.exp(noise) }));
      if (i % 50 === 0) history.append(evaluation(i, 2 + 2 * Math.exp(-i / 4000)));
    }
    const { perplexity, validation, gradNorm } = history.sparklines;
    expect(perplexity[0]).toBeGreaterThan(Math.exp(3.9));
    expect(perplexity.at(-1)).toBeCloseTo(history.latest(20_000)?.perplexity ?? 0, 1);
    expect(perplexity).toEqual([...perplexity].sort((a, b) => b - a));
    expect(validation.length).toBeLessThanOrEqual(256);
    expect(validation.length).toBeGreaterThan(100);
    expect(validation.at(-1)).toBe(history.evaluations.at(-1)?.perplexity);
    for (const norm of gradNorm.slice(5)) expect(norm).toBeCloseTo(2, 0);
    history.truncate(10_000);
    expect(history.sparklines.perplexity.at(-1)).toBeCloseTo(history.latest(20_000)?.perplexity ?? 0, 1);
  });

  it('cost next to nothing: a step and its share of a message stay far below a hundredth of a core', () => {
    const history = new History();
    for (let i = 1; i <= 50_000; i++) history.append(step(i));
    const start = performance.now();
    for (let i = 0; i < 200; i++) history.sparklines;
    expect((performance.now() - start) / 200).toBeLessThan(2.5);
  });
});

describe('A thinned list', () => {
  it('keeps its last value', () => {
    expect(thinned([1, 2, 3])).toEqual([1, 2, 3]);
    const long = thinned(Array.from({ length: 1001 }, (_, i) => i));
    expect(long.length).toBeLessThanOrEqual(256);
    expect(long.at(-1)).toBe(1000);
  });
});

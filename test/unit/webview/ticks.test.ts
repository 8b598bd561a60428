import { describe, expect, it } from 'vitest';
import { linearTicks, logTicks, timeTicks } from '../../../webview/ticks';

describe('ticks', () => {
  it('are round on a linear axis', () => {
    expect(linearTicks(0, 6412, 8)).toEqual([0, 1000, 2000, 3000, 4000, 5000, 6000]);
    expect(linearTicks(0, 0.00208, 5)).toEqual([0, 0.0005, 0.001, 0.0015, 0.002]);
  });

  it('name several values within one decade of a logarithmic axis', () => {
    expect(logTicks(3.1, 9, 10)).toEqual([4, 5, 6, 7, 8, 9]);
    expect(logTicks(4.1, 5.2, 6)).toEqual([4.2, 4.4, 4.6, 4.8, 5, 5.2]);
  });

  it('keep to powers of ten over many decades, and never exceed what fits by much', () => {
    expect(logTicks(1e-4, 1e6, 6)).toEqual([1e-4, 1e-2, 1, 100, 1e4, 1e6]);
    for (const [low, high] of [
      [1, 10],
      [0.5, 82],
      [3, 100],
      [1e-8, 1e8],
      [1, 1e4],
    ]) {
      const ticks = logTicks(low, high, 9);
      expect(ticks.length).toBeLessThanOrEqual(9);
      expect(ticks.length).toBeGreaterThanOrEqual(2);
    }
  });

  it('are whole minutes and hours on a time axis', () => {
    expect(timeTicks(0, 200, 8)).toEqual([0, 30, 60, 90, 120, 150, 180]);
    expect(timeTicks(0, 7000, 5)).toEqual([0, 1800, 3600, 5400]);
  });
});

it('there are few ticks, and all finite, at the ends of the range of numbers', () => {
  const near = 1 + 2 * Number.EPSILON;
  for (const [low, high] of [
    [1, near],
    [1e16, 1e16 + 4],
    [1, Number.MAX_VALUE],
    [5e-324, Number.MAX_VALUE],
    [1e300, Number.MAX_VALUE],
    [0, 5e-324],
    [3, 3],
  ]) {
    for (const ticks of [linearTicks(low, high, 8), logTicks(low, high, 8), timeTicks(low, high, 8)]) {
      expect(ticks.length, `${low} ${high}`).toBeLessThan(30);
      expect(ticks.every(Number.isFinite), `${low} ${high}`).toBe(true);
    }
  }
});

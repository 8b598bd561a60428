import { describe, expect, it } from 'vitest';
import { Smoother } from '../../../src/protocol/smoothing';
import { reach, weightOf } from '../../../webview/smoothing';

describe('Smoother', () => {
  it('is not pulled towards zero at the start', () => {
    const smoother = new Smoother(0.99);
    for (let i = 0; i < 5; i++) expect(smoother.next(7)).toBeCloseTo(7, 12);
  });

  it('is the weighted mean that its name says', () => {
    const weight = 0.9;
    const values = [3, 1, 4, 1, 5, 9];
    const smoother = new Smoother(weight);
    const last = values.map((value) => smoother.next(value)).at(-1);
    const weights = values.map((_, i) => weight ** (values.length - 1 - i));
    const mean = values.reduce((sum, value, i) => sum + value * weights[i], 0) / weights.reduce((a, b) => a + b);
    expect(last).toBeCloseTo(mean, 12);
  });

  it('passes over what is not finite', () => {
    const smoother = new Smoother(0.5);
    smoother.next(2);
    expect(smoother.next(Number.NaN)).toBeNaN();
    expect(smoother.next(Number.POSITIVE_INFINITY)).toBeNaN();
    expect(smoother.next(2)).toBeCloseTo(2, 12);
  });

  it('does nothing at weight 0', () => {
    const smoother = new Smoother(0);
    expect([1, 5, 2].map((value) => smoother.next(value))).toEqual([1, 5, 2]);
  });

  it('turns a reach into a weight and back', () => {
    for (const steps of [1, 2, 30, 1000]) expect(reach(weightOf(steps))).toBe(steps);
  });
});

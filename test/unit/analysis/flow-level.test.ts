import { describe, expect, it } from 'vitest';
import { flowLevel, flowLevels } from '../../../src/analysis/flow-level';

describe('flowLevel', () => {
  it('falls by one for each half decade', () => {
    const levels = Array.from({ length: 10 }, (_, half) => flowLevel(3 * 10 ** (-half / 2), 3));
    expect(levels).toEqual([8, 7, 6, 5, 4, 3, 2, 1, 0, 0]);
  });

  it('is whole and never above the greatest level', () => {
    expect(flowLevel(0.4, 1)).toBe(flowLevels);
    expect(flowLevel(0.3, 1)).toBe(flowLevels - 1);
    expect(flowLevel(2, 1)).toBe(flowLevels);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('is 0 for a norm of %d', (norm) => {
    expect(flowLevel(norm, 1)).toBe(0);
  });

  it('is 0 beside nothing', () => {
    expect(flowLevel(0, 0)).toBe(0);
    expect(flowLevel(1, Number.NEGATIVE_INFINITY)).toBe(0);
  });
});

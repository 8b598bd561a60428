import { describe, expect, it } from 'vitest';
import { Reader } from '../../../src/generation/reading';
import { tabledEngine } from './tabled-engine';

describe('How strange a text is to a model', () => {
  // After each token the next one, by number, is expected with 0.7.
  const engine = tabledEngine(4, (last) => [0, 1, 2, 3].map((id) => (id === (last + 1) % 4 ? 0.7 : 0.1)));
  const surprise = (ids: number[]) => {
    const reader = new Reader(engine);
    for (const _ of reader.take(ids)) {
      // It looks away.
    }
    return reader.surprise;
  };

  it('is the share of what guessing takes: below 1 where it knows its way, above where it does not', () => {
    const bits = (p: number) => -Math.log(p) / Math.log(4);
    expect(surprise([0, 1, 2, 3, 0, 1, 2, 3])).toBeCloseTo((1 + 7 * bits(0.7)) / 8, 6);
    expect(surprise([0, 0, 0, 0, 0, 0, 0, 0])).toBeCloseTo((1 + 7 * bits(0.1)) / 8, 6);
    expect(surprise([0, 1, 2, 3, 0, 1, 2, 3])).toBeLessThan(1);
    expect(surprise(Array.from({ length: 100 }, () => 0))).toBeGreaterThan(1);
  });

  it('is not told of a few tokens', () => {
    expect(surprise([])).toBe(0);
    expect(surprise([0, 0, 0, 0, 0, 0, 0])).toBe(0);
  });
});

import { describe, expect, it } from 'vitest';
import { lower, namesOf, spread, widen } from '../../../webview/levels';

describe('names of levels', () => {
  it('stay where they want to be while they are apart', () => {
    expect(spread([10, 80, 40], 13, 0, 100)).toEqual([10, 80, 40]);
    expect(spread([], 13, 0, 100)).toEqual([]);
  });

  it('never collide, keep their order and move as little as that takes', () => {
    expect(spread([50, 52], 13, 0, 100)).toEqual([44.5, 57.5]);
    expect(spread([52, 50, 90], 13, 0, 100)).toEqual([57.5, 44.5, 90]);
    const wanted = [301, 120, 299, 300, 60, 310, 58];
    const placed = spread(wanted, 13, 7, 400);
    const order = wanted.map((_, index) => index).sort((a, b) => wanted[a] - wanted[b]);
    const along = order.map((index) => placed[index]);
    along.slice(1).forEach((y, index) => {
      expect(y - along[index]).toBeGreaterThanOrEqual(13 - 1e-9);
    });
    expect(placed[1]).toBe(120);
  });

  it('stay within the chart, all of them, closer together where there is no room', () => {
    expect(spread([99, 100, 100], 13, 0, 100)).toEqual([74, 87, 100]);
    expect(spread([0, 0], 13, 0, 100)).toEqual([0, 13]);
    expect(spread([50, 50, 50, 50, 50], 13, 0, 20)).toEqual([0, 5, 10, 15, 20]);
  });

  it('stand in one another’s order where levels are equal', () => {
    expect(spread([50, 50], 10, 0, 100)).toEqual([45, 55]);
  });
});

describe('levels out of sight', () => {
  const levels = ['uniform', 'unigram', '2-gram', '3-gram', '4-gram'].map((text, index) => ({
    value: 5 - index,
    text,
  }));

  it('are the nearest one with an arrow, and how many more', () => {
    expect(namesOf(levels, [-300, -200, -100, 20, 80], 0, 100)).toEqual([
      { y: 20, text: '3-gram', inSight: true },
      { y: 80, text: '4-gram', inSight: true },
      { y: 0, text: '↑ 2-gram', inSight: false },
      { y: -1, text: '↑ 2 more', inSight: false },
    ]);
    expect(namesOf(levels.slice(3), [20, 180], 0, 100)).toEqual([
      { y: 20, text: '3-gram', inSight: true },
      { y: 100, text: '↓ 4-gram', inSight: false },
    ]);
  });

  it('are none while all are in sight', () => {
    expect(namesOf(levels, [0, 20, 40, 60, 100], 0, 100).every(({ inSight }) => inSight)).toBe(true);
  });
});

describe('the vertical range', () => {
  const data = () => ({ low: 4, high: 4.5 });

  it('holds every level while everything is shown', () => {
    const extent = data();
    widen(extent, [82, 4.7, 3], false);
    expect(extent).toEqual({ low: 3, high: 82 });
  });

  it('holds only levels near the curves once it is magnified', () => {
    const extent = data();
    widen(extent, [82, 21, 4.7, 1.1], true);
    expect(extent).toEqual({ low: 4, high: 4.7 });
  });

  it('holds every level while no curve is in sight', () => {
    const extent = { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY };
    widen(extent, [82, 21], true);
    expect(extent).toEqual({ low: 21, high: 82 });
  });
});

describe('a range below a leap', () => {
  const lowered = (low: number, high: number, levels: number[]) => {
    const extent = { low, high };
    lower(extent, levels);
    return extent;
  };

  it('ends within sight of the highest level, whatever a curve does above it', () => {
    expect(lowered(4, 1e30, [82, 5])).toEqual({ low: 4, high: 8200 });
    expect(lowered(4, Number.MAX_VALUE, [82])).toEqual({ low: 4, high: 8200 });
  });

  it('is left alone where nothing leaps, nothing is named, or everything lies above', () => {
    expect(lowered(4, 2000, [82])).toEqual({ low: 4, high: 2000 });
    expect(lowered(4, 1e30, [])).toEqual({ low: 4, high: 1e30 });
    expect(lowered(1e9, 1e30, [82])).toEqual({ low: 1e9, high: 1e30 });
  });
});

import { describe, expect, it } from 'vitest';
import { Column } from '../../../webview/column';
import { slices, withoutLeaps } from '../../../webview/leaps';

const range = (values: readonly number[]) => {
  const finite = values.filter(Number.isFinite);
  const extent = { low: Math.min(...finite), high: Math.max(...finite) };
  withoutLeaps(extent, values);
  return extent;
};
const flat = (value: number) => new Array<number>(slices).fill(value);

describe('A vertical range', () => {
  it('follows a curve to ten times what is usual, and no leap beyond, wherever and however high it is', () => {
    for (const at of [1, 60, slices - 1]) {
      for (const leap of [51, 1e6, 1e300]) {
        const values = flat(5);
        values[at] = leap;
        expect(range(values)).toEqual({ low: 5, high: 50 });
      }
    }
  });

  it('keeps what leaps less, or for a tenth of what is shown', () => {
    const values = flat(5);
    values[7] = 49;
    expect(range(values).high).toBe(49);
    const long = flat(5).fill(1e9, slices - 15);
    expect(range(long).high).toBe(1e9);
  });

  it('keeps where a run begins: a perplexity falls from there', () => {
    const values = flat(5);
    values[0] = 20_000;
    expect(range(values).high).toBe(20_000);
    values[50] = 1e9;
    expect(range(values).high).toBe(20_000);
  });

  it('shows all of a run so short that nothing is usual yet', () => {
    const values = new Array<number>(slices).fill(Number.NEGATIVE_INFINITY);
    for (const [i, value] of [28, 1e3, 1e20, 1e85].entries()) values[i * 30] = value;
    expect(range(values).high).toBe(1e85);
  });
});

describe('A column', () => {
  it('knows where it has grown beyond every number', () => {
    const column = new Column();
    column.append([1, Number.POSITIVE_INFINITY, Number.NaN]);
    column.append([Number.NEGATIVE_INFINITY, 2, Number.POSITIVE_INFINITY]);
    expect(column.hasInfinite(0, 1)).toBe(false);
    expect(column.hasInfinite(0, 2)).toBe(true);
    expect(column.hasInfinite(2, 5)).toBe(false);
    expect(column.hasInfinite(5, 6)).toBe(true);
    column.clear();
    expect(column.hasInfinite(0, 6)).toBe(false);
  });
});

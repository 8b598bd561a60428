import { describe, expect, it } from 'vitest';
import { Column } from '../../../webview/column';

const noise = (n: number) =>
  Array.from({ length: n }, (_, i) => Math.sin(i * 12.9898) * 43758.5453 - Math.floor(i / 7));

function fresh() {
  return { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY };
}

describe('Column', () => {
  it('answers the same extents as a plain scan, whatever the pieces it grew by', () => {
    const values = noise(5000);
    const column = new Column();
    for (let from = 0, piece = 1; from < values.length; from += piece, piece = (piece * 3) % 701) {
      column.append(values.slice(from, from + piece));
    }
    expect(column.length).toBe(values.length);
    for (const [from, to] of [
      [0, 5000],
      [1, 63],
      [63, 65],
      [64, 128],
      [100, 4999],
      [4990, 5000],
      [70, 70],
    ]) {
      const part = values.slice(from, to);
      expect(column.extent(from, to, fresh())).toEqual({ low: Math.min(...part), high: Math.max(...part) });
    }
  });

  it('leaves out what is not finite', () => {
    const column = new Column();
    column.append([Number.NaN, 3, Number.POSITIVE_INFINITY, 1, Number.NEGATIVE_INFINITY]);
    expect(column.extent(0, 5, fresh())).toEqual({ low: 1, high: 3 });
    const gap = new Column();
    gap.append(new Array(200).fill(Number.NaN));
    const extent = gap.extent(0, 200, fresh());
    expect(extent.low).toBeGreaterThan(extent.high);
  });

  it('finds bounds and the nearest value', () => {
    const column = new Column();
    column.append([1, 2, 4, 8]);
    expect(column.lowerBound(4)).toBe(2);
    expect(column.lowerBound(5)).toBe(3);
    expect(column.lowerBound(9)).toBe(4);
    expect([0, 2.9, 3.1, 100].map((value) => column.nearest(value))).toEqual([0, 1, 2, 3]);
    expect(new Column().nearest(1)).toBe(-1);
  });
});

import { describe, expect, it } from 'vitest';
import type { Frame } from '../../../webview/frame';
import { RunHistory } from '../../../webview/history';
import { evaluationLayer } from '../../../webview/layers';
import { eachPixel, firstWhere } from '../../../webview/pixel-columns';
import { stretch } from '../../visual/scenarios';

describe('firstWhere', () => {
  it('finds the first index from each start to each end, and asks seldom', () => {
    for (let count = 0; count < 20; count++) {
      for (let from = 0; from <= count; from++) {
        for (let first = from; first <= count; first++) {
          expect(firstWhere(from, count, (index) => index >= first)).toBe(first);
        }
      }
    }
    let asked = 0;
    firstWhere(0, 1e6, (index) => ++asked > 0 && index >= 700_000);
    expect(asked).toBeLessThan(45);
  });
});

describe('eachPixel', () => {
  it('shows what begins in each column of pixels together', () => {
    const places = [-3.2, 0.1, 0.9, 1, 4.5, 4.6, 4.99, 9];
    const shown: number[][] = [];
    eachPixel(
      0,
      places.length,
      (index) => places[index],
      (first, next) => shown.push(places.slice(first, next)),
    );
    expect(shown).toEqual([[-3.2], [0.1, 0.9], [1], [4.5, 4.6, 4.99], [9]]);
  });
});

/** A run of 4,000 steps with an evaluation at every second one; some of them are not finite. */
function evaluated(): RunHistory {
  const made = stretch(4000, 4000, { evaluations: 2000 });
  const odd = new Map([
    [500, Number.POSITIVE_INFINITY],
    [501, Number.NaN],
    [700, 999],
    [701, 0.5],
  ]);
  const evaluations = made.evaluations.map((event, i) => ({ ...event, perplexity: odd.get(i) ?? event.perplexity }));
  const history = new RunHistory(0);
  history.append({ ...made, evaluations });
  return history;
}

describe('evaluations', () => {
  const history = evaluated();
  const layer = evaluationLayer('validation', 'Validation', history, () => 'red');

  it('are read where the last one stands', () => {
    for (const axis of ['step', 'epoch', 'time'] as const) {
      const at = (step: number) => history.x(axis).values[step - 1];
      expect(layer.value?.(at(1), axis)).toBeUndefined();
      expect(layer.value?.(at(2), axis)).toBe(history.evaluations[0].perplexity);
      expect(layer.value?.(at(99), axis)).toBe(history.evaluations[48].perplexity);
      expect(layer.value?.(at(4000), axis)).toBe(history.evaluations[1999].perplexity);
    }
  });

  it('widen the range by those in view that are finite', () => {
    const extentOf = (low: number, high: number) => {
      const extent = { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY };
      layer.extent?.(low, high, 'step', extent);
      return [extent.low, extent.high];
    };
    expect(extentOf(0, 4000)).toEqual([0.5, 999]);
    expect(extentOf(1002, 1004)).toEqual([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    expect(extentOf(1402, 1403)).toEqual([999, 999]);
  });

  it('are drawn by at most one point for each column of pixels, and no peak is lost', () => {
    const line: number[] = [];
    let points = 0;
    const width = 300;
    const context = {
      beginPath: () => undefined,
      stroke: () => undefined,
      fill: () => undefined,
      arc: () => points++,
      lineTo: (_x: number, y: number) => line.push(y),
    };
    const frame = {
      context,
      ratio: 1,
      width,
      low: 0,
      high: 4000,
      axis: 'step',
      x: (value: number) => (value / 4000) * width,
      y: (value: number) => value,
    };
    layer.paint(frame as unknown as Frame);
    expect(points).toBeGreaterThan(width * 0.9);
    expect(points).toBeLessThanOrEqual(width + 1);
    expect(line.length).toBeLessThanOrEqual(4 * (width + 1));
    expect(line).toContain(999);
    expect(line).toContain(0.5);
    expect(line.every(Number.isFinite)).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import { RunHistory } from '../../../webview/history';
import { baselineLayer, clipLayer } from '../../../webview/mark-layers';
import type { Theme } from '../../../webview/theme';
import { stretch } from '../../visual/scenarios';

function historyOf(norms: readonly number[]): RunHistory {
  const made = stretch(norms.length, norms.length);
  const gradNorm = Float64Array.from(norms);
  const history = new RunHistory(0);
  history.append({
    ...made,
    columns: { ...made.columns, gradNorm, clipScale: gradNorm.map((g) => Math.min(1, 1 / g)) },
  });
  return history;
}

function extentOf(history: RunHistory, low: number, high: number) {
  const extent = { low: 0.4, high: 0.6 };
  clipLayer('clips', history, 'Clip events').extent?.(low, high, 'step', extent);
  return extent;
}

describe('clip events', () => {
  it('are within the chart, though only averages of the norm are drawn', () => {
    const history = historyOf([0.5, 7, 0.5, 0.5, 0.5, 0.5, 3, 0.5]);
    expect(extentOf(history, 1, 8)).toEqual({ low: 0.4, high: 7 });
    expect(extentOf(history, 6, 8)).toEqual({ low: 0.4, high: 3 });
  });

  it('take no room where there are none', () => {
    const history = historyOf([0.5, 7, 0.5, 0.5, 0.5, 0.5, 3, 0.5]);
    expect(extentOf(history, 4, 5)).toEqual({ low: 0.4, high: 0.6 });
  });

  it('keep the colour of a warning', () => {
    const theme = { warning: 'red' } as Theme;
    expect(clipLayer('clips', historyOf([2]), 'Clip events').colour(theme)).toBe('red');
  });
});

describe('baselines', () => {
  it('are all named with their perplexity', () => {
    const layer = baselineLayer(() => [
      { name: 'uniform', perplexity: 82 },
      { name: '5-gram', perplexity: 4.7 },
    ]);
    expect(layer.levels?.(0, 'step')).toEqual([
      { value: 82, text: 'uniform 82.0' },
      { value: 4.7, text: '5-gram 4.70' },
    ]);
  });
});

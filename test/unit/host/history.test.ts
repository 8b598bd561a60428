import { describe, expect, it } from 'vitest';
import { beginning, columnNames, History } from '../../../src/host/history';
import { usualWeight } from '../../../src/protocol/smoothing';
import { RunHistory } from '../../../webview/history';
import { evaluation, mark, step } from './events';

describe('A history', () => {
  it('keeps every step in columns through growth', () => {
    const history = new History();
    for (let i = 1; i <= 5000; i++) history.append(step(i, { gradNorm: i / 2 }));
    const { stretch, end } = history.stretch();
    expect(end.steps).toBe(5000);
    expect(stretch.columns.step[4999]).toBe(5000);
    expect(stretch.columns.gradNorm[1234]).toBe(1235 / 2);
    for (const name of columnNames) expect(stretch.columns[name].length).toBe(5000);
  });

  it('gives stretches that follow each other without a gap, an overlap or a lost event', () => {
    const history = new History();
    for (let i = 1; i <= 10; i++) {
      history.append(step(i));
      if (i % 3 === 0) history.append(evaluation(i, 10 / i));
      if (i === 5) history.append(mark(i));
    }
    const seen: number[] = [];
    const evaluations: number[] = [];
    let marks = 0;
    let from = beginning;
    for (let pieces = 0; pieces < 4; pieces++) {
      const { stretch, end } = history.stretch(from, 4);
      seen.push(...stretch.columns.step);
      evaluations.push(...stretch.evaluations.map((event) => event.step));
      marks += stretch.marks.length;
      from = end;
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(evaluations).toEqual([3, 6, 9]);
    expect(marks).toBe(1);
  });

  it('shares no memory with the stretches it gave away, and puts their columns in one buffer', () => {
    const history = new History();
    history.append(step(1, { loss: 2 }));
    const { columns } = history.stretch().stretch;
    columns.loss[0] = 99;
    expect(history.stretch().stretch.columns.loss[0]).toBe(2);
    expect(new Set(columnNames.map((name) => columns[name].buffer)).size).toBe(1);
  });

  it('compares evaluations with those of the same text only', () => {
    const history = new History();
    history.append({ ...evaluation(10, 1), best: true });
    history.append(evaluation(20, 2));
    expect(history.best?.step).toBe(10);
    history.append({ ...evaluation(30, 1.5), best: true });
    expect(history.best?.step).toBe(30);
    history.truncate(20);
    expect(history.best?.step).toBe(10);
  });

  it('averages the loss without a bias towards zero', () => {
    const history = new History();
    history.append(step(1, { loss: 3 }));
    expect(history.latest(10)?.perplexity).toBeCloseTo(Math.exp(3), 9);
    history.append(step(2, { loss: 1 }));
    const average = (usualWeight * 3 + 1) / (usualWeight + 1);
    expect(history.latest(10)?.perplexity).toBeCloseTo(Math.exp(average), 9);
  });

  it('averages as the page does unless it is told otherwise, so that both show one number', () => {
    const history = new History();
    for (let i = 1; i <= 500; i++) history.append(step(i, { loss: 3 + Math.sin(i), gradNorm: 1 + (i % 7) }));
    const page = new RunHistory(usualWeight);
    page.append(history.stretch().stretch);
    expect(history.latest(500)?.perplexity).toBe(page.smoothed.last);
  });

  it('tells the newest numbers: best evaluation, clip rate, time left', () => {
    const history = new History();
    for (let i = 1; i <= 200; i++) history.append(step(i, { clipScale: i % 4 === 0 ? 0.5 : 1, seconds: i * 0.25 }));
    history.append(evaluation(100, 1.5));
    history.append(evaluation(200, 1.75));
    const latest = history.latest(1000);
    expect(latest).toMatchObject({ step: 200, totalSteps: 1000, clipRate: 0.25, bestStep: 100 });
    expect(latest?.bestPerplexity).toBeCloseTo(Math.exp(1.5), 9);
    expect(latest?.validationPerplexity).toBeCloseTo(Math.exp(1.75), 9);
    expect(latest?.bitsPerCharacter).toBe(history.evaluations.at(-1)?.bitsPerCharacter);
    expect(latest?.secondsLeft).toBeCloseTo(800 * 0.25, 9);
  });

  it('forgets what came after a step, and what followed from it', () => {
    const history = new History();
    for (let i = 1; i <= 10; i++) history.append(step(i, { loss: i <= 6 ? 2 : 9 }));
    history.append(evaluation(5, 2));
    history.append(evaluation(10, 1));
    history.truncate(6);
    expect(history.steps).toBe(6);
    expect(history.best?.step).toBe(5);
    expect(history.kept).toHaveLength(1);
    expect(history.latest(10)?.perplexity).toBeCloseTo(Math.exp(2), 9);
  });
});

describe('The newest numbers', () => {
  it('never stand past the total, and are finite for one step and for steps that took no time', () => {
    const history = new History();
    history.append(step(1, { seconds: 0, tokensPerSecond: Number.NaN }));
    expect(history.latest(1000)).toMatchObject({ step: 1, totalSteps: 1000, secondsLeft: undefined, clipRate: 0 });
    for (let n = 2; n <= 2046; n++) history.append(step(n, { seconds: 0 }));
    expect(history.latest(1928)).toMatchObject({ step: 2046, totalSteps: 2046, secondsLeft: 0 });
    expect(history.latest(0)?.totalSteps).toBe(0);
  });

  it('tell the share of unknown tokens of the last evaluation', () => {
    const history = new History();
    history.append(step(1));
    expect(history.latest(10)?.unknownShare).toBeUndefined();
    history.append({ ...evaluation(1, 2), unknownTokens: 3, unknownShare: 0.3 });
    expect(history.latest(10)?.unknownShare).toBe(0.3);
  });
});

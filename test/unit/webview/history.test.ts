import { describe, expect, it } from 'vitest';
import { RunHistory } from '../../../webview/history';
import { stretch } from '../../visual/scenarios';

describe('RunHistory', () => {
  it('is the same whether it came at once or in pieces', () => {
    const whole = new RunHistory(0.9);
    whole.append(stretch(400, 1000));
    const pieces = new RunHistory(0.9);
    const { columns, evaluations, continuations, flows, marks } = stretch(400, 1000);
    for (let from = 0; from < 400; from += 37) {
      const cut = (values: Float64Array) => values.slice(from, from + 37);
      const empty = { evaluations: [], continuations: [], flows: [], marks: [] };
      pieces.append({
        columns: {
          step: cut(columns.step),
          epoch: cut(columns.epoch),
          seconds: cut(columns.seconds),
          loss: cut(columns.loss),
          gradNorm: cut(columns.gradNorm),
          clipScale: cut(columns.clipScale),
          clip: cut(columns.clip),
          learningRate: cut(columns.learningRate),
          tokensPerSecond: cut(columns.tokensPerSecond),
        },
        ...(from === 0 ? { evaluations, continuations, flows, marks } : empty),
      });
    }
    expect(pieces.length).toBe(400);
    expect([...pieces.smoothed.used]).toEqual([...whole.smoothed.used]);
    expect([...pieces.clipEvents.used]).toEqual([...whole.clipEvents.used]);
    expect(pieces.evaluations).toEqual(whole.evaluations);
  });

  it('has epochs that never fall, though one begins anew where a run goes on with another text', () => {
    const history = new RunHistory(0.5);
    const made = stretch(4, 1000);
    const epochs = (values: number[]) => ({ ...made, columns: { ...made.columns, epoch: Float64Array.from(values) } });
    history.append(epochs([2.5, 2.6, 2.7, 2]));
    history.append(epochs([2.4, 2.65, 2.8, 2.9]));
    expect([...history.epoch.used]).toEqual([2.5, 2.6, 2.7, 2.7, 2.7, 2.7, 2.8, 2.9]);
  });

  it('counts a clip event exactly where the gradient was scaled down', () => {
    const history = new RunHistory(0.5);
    const made = stretch(500, 1000, { clips: 0.3 });
    history.append(made);
    const expected = [...made.columns.clipScale].flatMap((scale, index) => (scale < 1 ? [index] : []));
    expect(expected.length).toBeGreaterThan(20);
    expect([...history.clipEvents.used]).toEqual(expected);
    expect(history.countClipEvents(100, 200)).toBe(expected.filter((index) => index >= 100 && index < 200).length);
  });

  it('averages the loss and not the perplexity, and again from the first step with another weight', () => {
    const history = new RunHistory(0.9);
    history.append(stretch(300, 1000));
    history.smooth(0);
    for (let i = 0; i < 300; i++) expect(history.smoothed.values[i]).toBeCloseTo(history.perplexity.values[i], 9);
    const fresh = new RunHistory(0.98);
    fresh.append(stretch(300, 1000));
    history.smooth(0.98);
    expect([...history.smoothed.used]).toEqual([...fresh.smoothed.used]);
  });

  it('places a step on every axis', () => {
    const history = new RunHistory(0.9);
    history.append(stretch(100, 1000));
    expect(history.xOfStep(40, 'step')).toBe(40);
    expect(history.xOfStep(40, 'epoch')).toBeCloseTo(0.4, 9);
    expect(history.xOfStep(40, 'time')).toBeCloseTo(0.492, 9);
  });
});

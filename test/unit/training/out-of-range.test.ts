import { describe, expect, it } from 'vitest';
import { of, sentence, train } from './train';

describe('weights that are finite and give no finite number', () => {
  const wild = { optimizer: 'adam', lr: 100, clipping: 'norm', evaluateEvery: 1, maxSteps: 60 };

  it.each([
    ['continuations with each evaluation', {}],
    ['continuations of their own', { continuationEvery: 1, evaluateEvery: 0 }],
  ])('end a run that holds nothing out as diverged, and are not saved: %s', async (_, training) => {
    const events = await train({
      text: sentence.repeat(40),
      configuration: {
        model: { cell: 'rnn', activation: 'relu', layers: 6 },
        training: { ...wild, ...training },
        text: { validation: 0 },
      },
    });
    expect(events.at(-1)).toMatchObject({
      event: 'diverged',
      why: expect.stringMatching(/loss .* is not a finite number/),
    });
    expect(of(events, 'checkpoint').map(({ reason }) => reason)).not.toContain('final');
    for (const { norms } of of(events, 'flow')) expect(norms.flat().every(Number.isFinite)).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../../src/model/configuration';
import { prepareCorpus } from '../../../src/text/corpus';
import { Plan, totalSteps } from '../../../src/training/plan';
import { asItStands } from '../text/texts';
import { of, sentence, train } from './train';

const corpus = prepareCorpus(sentence.repeat(12), { ...asItStands, validation: 0.1 }, 'a.txt');

/** Steps that a run takes from a place, counted window by window. */
function counted(plan: Plan, epochs: number, maxSteps: number, from: { step: number; epoch: number; windows: number }) {
  let { step, epoch, windows } = from;
  if (maxSteps > 0 && step >= maxSteps) return step;
  for (; epoch < epochs; epoch++, windows = 0) {
    let index = 0;
    for (const _ of plan.windows(epoch)) {
      if (index++ < windows) continue;
      step++;
      if (maxSteps > 0 && step >= maxSteps) return step;
    }
  }
  return step;
}

describe('the steps of a run', () => {
  const places = [
    { step: 0, epoch: 0, windows: 0 },
    { step: 7, epoch: 0, windows: 7 },
    // The epoch began anew, on another text or with other windows, after so many steps.
    { step: 50, epoch: 1, windows: 0 },
    { step: 1000, epoch: 2, windows: 0 },
    { step: 1000, epoch: 9, windows: 0 },
  ];
  const windows = [
    { batch: 1, steps: 4 },
    { batch: 4, steps: 8 },
    { batch: 3, steps: 17 },
    { batch: 1, steps: corpus.training.length - 1 },
  ];
  for (const sampling of ['sequential', 'random'] as const) {
    for (const window of windows) {
      it(`are those that it takes: ${sampling}, ${window.batch} × ${window.steps}`, () => {
        for (const seed of [0, 1, 5]) {
          for (const epochs of [1, 3, 5]) {
            for (const maxSteps of [0, 5, 30, 2000]) {
              const training = { ...window, sampling, seed, epochs, maxSteps };
              const configuration = parseConfiguration({ training }, 'Test');
              const plan = new Plan(corpus, configuration, window);
              for (const place of places) {
                const known = { ...place, windows: Math.min(place.windows, [...plan.windows(place.epoch)].length) };
                const planned = totalSteps(configuration.training, corpus.training.length, window, known);
                expect(planned, JSON.stringify({ seed, epochs, maxSteps, known })).toBe(
                  counted(plan, epochs, maxSteps, known),
                );
                plan.goOnFrom(known);
                expect(plan.totalSteps).toBe(planned);
              }
            }
          }
        }
      });
    }
  }

  const text = sentence.repeat(8);
  const base = { epochs: 3, maxSteps: 0, batch: 2, steps: 8 };
  const first = train({ text, configuration: { training: { ...base, maxSteps: 40 } } });

  it.each([
    ['nothing else', {}],
    ['a longer text', { text: sentence.repeat(11) }],
    ['a shorter text', { text: sentence.repeat(5) }],
    ['another batch', { training: { batch: 3 } }],
    ['more steps a window', { training: { steps: 11 } }],
    ['another seed', { training: { seed: 4 } }],
    ['random sampling', { training: { sampling: 'random' } }],
    ['more of it held out', { text, validation: 0.4 }],
    ['fewer epochs than were done', { training: { epochs: 1 } }],
    ['fewer steps than were done', { training: { maxSteps: 10 } }],
    ['more steps', { training: { maxSteps: 60, epochs: 9 } }],
  ] as const)('are never passed by a run that goes on with %s, and are what it ends with', async (_, change) => {
    const { bytes } = of(await first, 'checkpoint').at(-1)!;
    const { text: other = text, training = {}, validation = 0.1 } = change as Record<string, never>;
    const configuration = { text: { validation }, training: { ...base, ...(training as object) } };
    const events = await train({ text: other, configuration, resume: bytes });
    const [{ totalSteps: total, stepsPerEpoch }] = of(events, 'prepared');
    const steps = of(events, 'step');
    for (const { step } of steps) expect(step).toBeLessThanOrEqual(total);
    expect(of(events, 'finished')[0].step).toBe(total);
    for (const { epoch } of [...steps, ...of(events, 'evaluation')]) {
      expect(epoch).toBeLessThanOrEqual(3 + ('epochs' in training ? 6 : 0) + 6);
      expect(Number.isFinite(epoch)).toBe(true);
    }
    expect(stepsPerEpoch).toBeGreaterThan(0);
    if (total === 40) expect(of(events, 'mark')[0].text).toContain('no step is left to do');
  });
});

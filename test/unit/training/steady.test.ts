import { describe, expect, it } from 'vitest';
import { createEngine } from '../../../src/engine/create';
import { shapeOf } from '../../../src/model/checkpoint';
import { parseConfiguration } from '../../../src/model/configuration';
import { initialise } from '../../../src/model/initialisation';
import { prepareCorpus } from '../../../src/text/corpus';
import { sequentialWindows } from '../../../src/text/windows';
import { TrainingControl } from '../../../src/training/control';
import { steadyRate } from '../../../src/training/steady';
import { dist, sentence } from './train';

const clock = { now: () => performance.now(), breathe: async () => {} };

/** A small model at its beginning, to be probed on a text. */
async function probe(training: object) {
  const configuration = parseConfiguration({ model: { hidden: 16 }, training }, 'Test');
  const corpus = prepareCorpus(sentence.repeat(60), configuration.text, 'fox.txt');
  const engine = await createEngine('fused', shapeOf(configuration, corpus.tokenizer), { dist, threads: 1 });
  initialise(engine.parameters, 'uniform', 1);
  const windows = () => sequentialWindows(corpus.training, 8, 8, 0);
  return { engine, training: configuration.training, updates: 0, windows };
}

describe('A rate that holds', () => {
  it('is the first by tenths at which the loss neither overflows nor rises', async () => {
    const subject = await probe({ optimizer: 'adam', clipping: 'norm' });
    expect(await steadyRate(subject, 0.002, clock, new TrainingControl())).toBe(0.002);
    const found = await steadyRate(subject, 100, clock, new TrainingControl());
    expect(found).toBeLessThanOrEqual(0.1);
    expect(found).toBeGreaterThan(1e-4);
    subject.engine.dispose();
  });

  it('leaves the weights and moments as they were', async () => {
    const subject = await probe({ optimizer: 'adam', clipping: 'none' });
    const { parameters, moments } = subject.engine;
    moments.first.fill(0.25);
    moments.second.fill(0.5);
    const before = [parameters.flat, moments.first, moments.second].map((vector) => vector.slice());
    await steadyRate(subject, 50, clock, new TrainingControl());
    expect([parameters.flat, moments.first, moments.second].map((vector) => vector.slice())).toEqual(before);
    subject.engine.dispose();
  });

  it('is the last one tried when the run is stopped meanwhile', async () => {
    const subject = await probe({ optimizer: 'sgd', clipping: 'none' });
    const control = new TrainingControl();
    control.stop();
    expect(await steadyRate(subject, 100, clock, control)).toBe(100);
    subject.engine.dispose();
  });
});

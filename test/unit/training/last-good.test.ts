import { describe, expect, it } from 'vitest';
import { createEngine } from '../../../src/engine/create';
import { readCheckpoint, shapeOf } from '../../../src/model/checkpoint';
import { corpusFor } from '../../../src/text/corpus';
import { TrainingControl } from '../../../src/training/control';
import { DivergenceWatch, worseThanGuessing } from '../../../src/training/divergence';
import type { CheckpointEvent, TrainingEvent } from '../../../src/training/events';
import { evaluateAll } from '../../../src/training/perplexity';
import { dist, of, sentence, train } from './train';

const text = sentence.repeat(40);

/** Mean nats of a saved model on the training part of the text. */
async function natsOf({ bytes }: CheckpointEvent): Promise<number> {
  const { configuration, tokenizer, parameters } = readCheckpoint(bytes, 'x');
  const engine = await createEngine('fused', shapeOf(configuration, tokenizer), { dist, threads: 1 });
  engine.parameters.flat.set(parameters.flat);
  const { training } = corpusFor(tokenizer, text, configuration.text, 'fox.txt');
  const { mean } = evaluateAll(engine, training, 8, 64);
  engine.dispose();
  return mean;
}

/** A clock on which every step takes long enough to save after. */
function hasty() {
  let now = 0;
  return { now: () => (now += 20_000), breathe: () => Promise.resolve() };
}

const wild = { optimizer: 'sgd', lr: 50, clipping: 'none', maxSteps: 500, engine: 'fused', threads: 1 };

describe('the checkpoints of a run that diverges', () => {
  it.each([
    ['measured often', 0.1, 10],
    ['never measured', 0, 0],
  ])('are what it began with and models no worse than guessing, %s', async (_, validation, evaluateEvery) => {
    const configuration = { text: { validation }, training: { ...wild, evaluateEvery } };
    const events = await train({ text, configuration, time: hasty() });
    expect(events.at(-1)).toMatchObject({ event: 'diverged', remedy: expect.stringContaining('5') });
    const uniform = Math.log(of(events, 'prepared')[0].vocabulary);
    const bad = of(events, 'evaluation').filter(({ nats }) => nats > uniform + 0.1);
    const saved = of(events, 'checkpoint');
    if (validation > 0) expect(bad.length).toBeGreaterThan(3);
    expect(bad.some(({ best }) => best)).toBe(false);
    for (const { step } of bad)
      expect(
        saved.map((each) => each.step),
        `step ${step}`,
      ).not.toContain(step);
    expect(saved[0]).toMatchObject({ reason: 'initial', step: 0 });
    for (const checkpoint of saved) {
      const nats = await natsOf(checkpoint);
      expect(nats, `step ${checkpoint.step}`).toBeLessThan(uniform + 0.2);
    }
  });

  it('are there before its first step, so that a run whose first step fails can go on more slowly', async () => {
    const configuration = {
      model: { cell: 'rnn', activation: 'relu' },
      training: { ...wild, lr: 100, evaluateEvery: 1 },
    };
    const events = await train({ text, configuration });
    expect(events.at(-1)).toMatchObject({ event: 'diverged', remedy: expect.stringContaining('10') });
    const last = of(events, 'checkpoint').at(-1)!;
    expect(await natsOf(last)).toBeLessThan(Math.log(of(events, 'prepared')[0].vocabulary) + 0.1);
    const slower = { ...configuration, training: { ...configuration.training, lr: 0.05, maxSteps: last.step + 20 } };
    const again = await train({ text, configuration: slower, resume: last.bytes });
    expect(again.at(-1)).toMatchObject({ event: 'finished', step: last.step + 20 });
  });

  it('are none that was asked for while it goes wrong, and the run says so', async () => {
    const control = new TrainingControl();
    const marks: string[] = [];
    const onEvent = (event: TrainingEvent) => {
      if (event.event === 'step' && event.step === 20) control.checkpoint();
      if (event.event === 'mark') marks.push(event.text);
    };
    const events = await train({ text, configuration: { training: wild }, control, onEvent });
    expect(marks).toEqual(['Not saved: worse than guessing uniformly']);
    expect(of(events, 'checkpoint').filter(({ reason }) => reason === 'asked')).toEqual([]);
  });

  it('are the last good ones when it is stopped while it goes wrong', async () => {
    const control = new TrainingControl();
    const onEvent = (event: TrainingEvent) => {
      if (event.event === 'step' && event.step === 20) control.stop();
    };
    const events = await train({ text, configuration: { training: wild }, control, onEvent });
    expect(events.at(-1)).toMatchObject({ event: 'finished', reason: 'stopped' });
    expect(of(events, 'checkpoint').filter(({ reason }) => reason === 'final')).toEqual([]);
  });
});

describe('a run without a validation text', () => {
  it('says in place of a diagnosis that it is not measured', async () => {
    const [none] = of(
      await train({ configuration: { text: { validation: 0 }, training: { maxSteps: 1 } } }),
      'prepared',
    );
    expect(none.diagnosis).toMatch(/^Validation is not measured: nothing of the text is held out/);
    const [some] = of(await train({ configuration: { training: { maxSteps: 1 } } }), 'prepared');
    expect(some.diagnosis).toBeUndefined();
  });
});

describe('the divergence watch', () => {
  it('worries from the first step on, and stops no run that has just begun', () => {
    const watch = new DivergenceWatch(28, true);
    expect(watch.worried).toBe(false);
    for (let step = 1; step <= 149; step++) {
      expect(watch.look(step, Math.log(28) + 1, 1, 1)).toBeUndefined();
      expect(watch.worried).toBe(true);
    }
    expect(watch.look(150, Math.log(28) + 1, 1, 1)).toBeDefined();
  });

  it('does not worry about an untrained model, and calls no number that is none good', () => {
    const watch = new DivergenceWatch(28, true);
    watch.look(1, Math.log(28) + 0.05, 1, 1);
    expect(watch.worried).toBe(false);
    expect(worseThanGuessing(Math.log(28) + 0.11, 28)).toBe(true);
    expect(worseThanGuessing(Number.NaN, 28)).toBe(true);
  });
});

describe('a run that ends before the watch would stop it', () => {
  it.each([
    ['with its last step', { maxSteps: 60 }],
    ['early, by evaluations that were all bad', { maxSteps: 500, evaluateEvery: 10, patience: 3 }],
  ])('has diverged where it was never good: %s', async (_, ending) => {
    const events = await train({ text, configuration: { training: { ...wild, ...ending } }, time: hasty() });
    expect(events.at(-1)).toMatchObject({
      event: 'diverged',
      why: expect.stringMatching(/^It ends with .* worse than guessing uniformly \(\d+\)/),
      remedy: expect.stringMatching(/^Clip by norm/),
    });
  });

  it('says that the validation loss is no number, where the weights are numbers', async () => {
    const configuration = {
      model: { cell: 'rnn', activation: 'relu' },
      training: { ...wild, optimizer: 'adam', lr: 5, clipping: 'norm', evaluateEvery: 1 },
    };
    const events = await train({ text, configuration });
    expect(events.at(-1)).toMatchObject({
      event: 'diverged',
      why: expect.stringMatching(
        /^The validation loss after step \d+ is not a finite number: the weights have grown too large\.$/,
      ),
      remedy: 'Try a learning rate below 5, for example 0.5.',
    });
  });
});

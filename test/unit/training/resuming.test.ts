import { describe, expect, it } from 'vitest';
import { createEngine } from '../../../src/engine/create';
import { readCheckpoint, shapeOf } from '../../../src/model/checkpoint';
import { corpusFor } from '../../../src/text/corpus';
import { TrainingControl } from '../../../src/training/control';
import type { CheckpointEvent, TrainingEvent } from '../../../src/training/events';
import { evaluateAll } from '../../../src/training/perplexity';
import { dist, losses, of, sentence, train } from './train';

const saved = (events: TrainingEvent[]) => of(events, 'checkpoint').at(-1)!;
const progressOf = ({ bytes }: CheckpointEvent) => readCheckpoint(bytes, 'x').resume!.progress;

describe('a run that goes on from a checkpoint', () => {
  it('marks what it goes on with otherwise', async () => {
    const training = { maxSteps: 4, lr: 0.01, clip: 1 };
    const { bytes } = saved(await train({ configuration: { training } }));
    const changed = { training: { ...training, maxSteps: 6, lr: 0.005, clip: 0.25 } };
    const marks = (events: TrainingEvent[]) => of(events, 'mark').map(({ kind, text, step }) => [kind, text, step]);
    expect(marks(await train({ configuration: changed, resume: bytes }))).toEqual([
      ['restored', 'Restored from step 4', 4],
      ['learningRate', 'Learning rate 0.01 → 0.005', 4],
      ['clip', 'θ 1 → 0.25', 4],
    ]);
    const same = { training: { ...training, maxSteps: 6 } };
    expect(marks(await train({ configuration: same, resume: bytes }))).toHaveLength(1);
  });

  it.each([
    ['gru', 'sequential', 'fixed'],
    ['lstm', 'random', 'random'],
  ])(
    'resumed from a checkpoint goes on exactly as if it had never stopped: %s, %s sampling, %s truncation',
    async (cell, sampling, truncation) => {
      // 75 windows an epoch sequentially: the checkpoint lies inside an epoch, and the rest crosses into the next one.
      const configuration = {
        model: { cell, dropout: 0.2 },
        training: {
          sampling,
          truncation,
          truncateEvery: truncation === 'fixed' ? 5 : 0,
          steps: 16,
          batch: 8,
          maxSteps: 24,
        },
      };
      const whole = losses(await train({ configuration }));
      const control = new TrainingControl();
      let saved: CheckpointEvent | undefined;
      await train({
        configuration,
        control,
        onEvent: (event) => {
          if (event.event === 'step' && event.step === 11) control.checkpoint();
          if (event.event === 'checkpoint' && event.reason === 'asked') {
            saved = event;
            control.stop();
          }
        },
      });
      expect(saved?.step).toBe(11);
      const rest = of(await train({ configuration, resume: saved!.bytes }), 'step');
      expect(rest[0].step).toBe(12);
      expect(rest.map(({ loss }) => loss)).toEqual(whole.slice(11));
    },
  );

  it('begins the epoch anew when it is resumed on other windows, and says so', async () => {
    const training = { maxSteps: 7, evaluateEvery: 7 };
    const saved = of(await train({ configuration: { training } }), 'checkpoint').at(-1)!;
    const marks = async (changed: object) =>
      of(await train({ configuration: { training: { maxSteps: 9, ...changed } }, resume: saved.bytes }), 'mark').map(
        ({ text }) => text,
      );
    expect(await marks({})).toEqual(['Restored from step 7']);
    for (const changed of [{ steps: 6 }, { seed: 5 }, { sampling: 'random' }]) {
      expect((await marks(changed))[0]).toContain('the epoch begins anew');
    }
  });

  it('takes whole rows longer than any window can be configured, and what it saves can be read, measured and gone on from', async () => {
    const text = sentence.repeat(160);
    const training = { truncation: 'none', batch: 2, steps: 8, epochs: 1, maxSteps: 0, engine: 'fused', threads: 1 };
    const configuration = { model: { hidden: 4 }, training };
    const events = await train({ text, configuration });
    const [prepared] = of(events, 'prepared');
    expect(prepared.steps).toBeGreaterThan(4096);
    const checkpoint = readCheckpoint(saved(events).bytes, 'rows.safetensors');
    expect(checkpoint.configuration.training).toMatchObject({ batch: 2, steps: 8, truncation: 'none' });

    const { tokenizer, parameters } = checkpoint;
    const engine = await createEngine('fused', shapeOf(checkpoint.configuration, tokenizer), { dist });
    engine.parameters.flat.set(parameters.flat);
    const all = { ...checkpoint.configuration.text, validation: 0, limit: 0 };
    const { ids } = corpusFor(tokenizer, text, all, 'fox.txt');
    const measured = evaluateAll(engine, ids.subarray(prepared.trainingTokens), 2, 64);
    engine.dispose();
    expect(measured.mean).toBeCloseTo(of(events, 'evaluation').at(-1)!.nats, 4);

    const rest = await train({
      text,
      configuration: { ...configuration, training: { ...training, epochs: 2 } },
      resume: saved(events).bytes,
    });
    expect(of(rest, 'prepared')[0].steps).toBe(prepared.steps);
    expect(of(rest, 'mark').map(({ text }) => text)).toEqual(['Restored from step 1']);
    expect(of(rest, 'step').map(({ step }) => step)).toEqual([2]);
  });

  it('keeps the batch that was asked for where a short text shrank it', async () => {
    const events = await train({
      text: sentence.repeat(2),
      configuration: { training: { batch: 64, steps: 35, maxSteps: 3 } },
    });
    const { configuration } = readCheckpoint(saved(events).bytes, 'x');
    expect(of(events, 'prepared')[0].batch).toBeLessThan(64);
    expect(configuration.training).toMatchObject({ batch: 64, steps: 35 });
    const longer = await train({
      text: sentence.repeat(80),
      configuration: { training: { ...configuration.training, maxSteps: 4 } },
      resume: saved(events).bytes,
    });
    expect(of(longer, 'prepared')[0]).toMatchObject({ batch: 64, steps: 35 });
  });

  describe('on another text', () => {
    // The first text is learnt by heart; the second, of the same letters and words in another order, is not known.
    const easy = sentence.repeat(40);
    const hard = sentence.split(' ').reverse().join(' ').repeat(40);
    const learnt = train({ text: easy, configuration: { training: { maxSteps: 120, evaluateEvery: 20 } } });

    it.each([
      ['a text', { text: hard }, {}],
      ['a limit', { text: easy }, { text: { limit: 1200 } }],
      ['a validation share', { text: easy }, { text: { validation: 0.3 } }],
    ])('forgets the best model of the old one: %s', async (_, { text }, change) => {
      const first = saved(await learnt);
      const before = progressOf(first).bestNats!;
      expect(first.bestStep).toBeGreaterThan(0);
      // No learning to speak of, so that the first evaluation is worse than the old best.
      const training = { maxSteps: 125, evaluateEvery: 5, lr: 1e-6 };
      const events = await train({ text, configuration: { training, ...change }, resume: first.bytes });
      const [initial] = of(events, 'checkpoint');
      expect(initial).toMatchObject({ reason: 'initial', bestStep: undefined });
      expect(progressOf(initial)).toMatchObject({ evaluationsSinceBest: 0 });
      const [evaluation] = of(events, 'evaluation');
      if (text === hard) expect(evaluation.nats).toBeGreaterThan(before);
      expect(evaluation.best).toBe(true);
      expect(of(events, 'checkpoint').filter(({ reason }) => reason === 'best')[0].step).toBe(125);
      expect(of(events, 'mark')[0].text).toContain('models are compared anew');
    });

    it('and compares with the best model on the same one', async () => {
      const first = saved(await learnt);
      const training = { maxSteps: 121, evaluateEvery: 1, lr: 10, optimizer: 'sgd', clipping: 'none' };
      const events = await train({ text: easy, configuration: { training }, resume: first.bytes });
      expect(of(events, 'checkpoint')[0].bestStep).toBe(first.bestStep);
      expect(of(events, 'evaluation').map(({ best }) => best)).toEqual([false]);
    });
  });

  it('begins anew with another optimizer: no foreign moments, and bias corrections from the first update', async () => {
    const before = await train({ configuration: { training: { maxSteps: 12, optimizer: 'momentum' } } });
    const from = readCheckpoint(saved(before).bytes, 'x');
    expect(from.resume!.first.some((x) => x !== 0)).toBe(true);
    const training = { maxSteps: 13, optimizer: 'adam', clipping: 'none', lr: 0.02 };
    const events = await train({ configuration: { training }, resume: saved(before).bytes });
    expect(of(events, 'mark')[0].text).toContain('the optimizer begins anew');
    const to = readCheckpoint(saved(events).bytes, 'x');
    expect(to.resume!.progress).toMatchObject({ step: 13, updates: 1 });
    // Adam's first update is lr · g / (|g| + ε), whatever g: every weight with a gradient moves by lr.
    const moved = to.parameters.flat.map((x, i) => Math.abs(x - from.parameters.flat[i]));
    const gradient = to.resume!.first.map((m) => m / 0.1);
    let seen = 0;
    for (let i = 0; i < moved.length; i++) {
      if (Math.abs(gradient[i]) < 1e-5) continue;
      expect(moved[i]).toBeCloseTo(0.02, 4);
      seen++;
    }
    expect(seen).toBeGreaterThan(moved.length / 4);
  });

  it('keeps the moments of the same optimizer, and their count', async () => {
    const before = await train({ configuration: { training: { maxSteps: 4 } } });
    const [initial] = of(
      await train({ configuration: { training: { maxSteps: 5 } }, resume: saved(before).bytes }),
      'checkpoint',
    );
    expect(readCheckpoint(initial.bytes, 'x').resume!.first).toEqual(
      readCheckpoint(saved(before).bytes, 'x').resume!.first,
    );
    expect(progressOf(initial).updates).toBe(4);
  });
});

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

  describe('says, in marks and before the first step,', () => {
    const cosine = { schedule: 'cosine', lr: 0.01, maxSteps: 40 };
    const saved40 = train({ configuration: { training: cosine } });
    const told = async (changed: object, text?: string) => {
      const { bytes } = saved(await saved40);
      const { training, ...rest } = changed as { training?: object };
      const configuration = { training: { ...cosine, maxSteps: 42, ...training }, ...rest };
      const events = await train({ text, configuration, resume: bytes });
      return { events, marks: of(events, 'mark').map(({ text }) => text), notes: of(events, 'prepared')[0].notes };
    };

    it('how a cosine that spans more steps changes the learning rate', async () => {
      const { events, marks, notes } = await told({ training: { maxSteps: 80 } });
      const [first] = of(events, 'step');
      expect(first.learningRate).toBeCloseTo(0.005, 10);
      const said = 'The cosine spans 80 steps now and not 40: the learning rate goes from 0.000015 to 0.005';
      expect(marks).toEqual(['Restored from step 40', said]);
      expect(of(events, 'mark')[1]).toMatchObject({ kind: 'learningRate', step: 40 });
      expect(notes).toEqual([`Going on from step 40, not all is as it was: ${said.replace('The', 'the')}.`]);
    });

    it('how another schedule or warm-up changes it', async () => {
      const { events, marks } = await told({ training: { schedule: 'constant', maxSteps: 41 } });
      expect(of(events, 'step')[0].learningRate).toBe(0.01);
      expect(marks[0]).toContain('training.schedule cosine → constant');
      expect(marks[1]).toBe('The schedule is another one now: the learning rate goes from 0.000015 to 0.01');
    });

    it('nothing where nothing changed, and where only the run is longer', async () => {
      const constant = { maxSteps: 10, evaluateEvery: 5 };
      const { bytes } = saved(await train({ configuration: { training: constant } }));
      const longer = { maxSteps: 12, evaluateEvery: 3, patience: 4, continuationEvery: 1 };
      const events = await train({ configuration: { training: longer }, resume: bytes });
      expect(of(events, 'prepared')[0].notes).toEqual([]);
      expect(of(events, 'mark').map(({ text }) => text)).toEqual(['Restored from step 10']);
    });

    it.each([
      [{ training: { batch: 2 } }, 'training.batch 4 → 2'],
      [{ training: { steps: 5 } }, 'training.steps 8 → 5'],
      [{ training: { seed: 3 } }, 'training.seed 0 → 3'],
      [{ training: { engine: 'fused' } }, 'training.engine tfjs → fused'],
      [{ training: { engine: 'fused', threads: 2 } }, 'training.threads 0 → 2'],
      [{ training: { optimizer: 'sgd' } }, 'training.optimizer adam → sgd'],
      [{ training: { sampling: 'random' } }, 'training.sampling sequential → random'],
      [{ training: { weightDecay: 0.5 } }, 'training.weightDecay 0.01 → 0.5'],
      [{ training: { clipping: 'none' } }, 'lipping: norm → none'],
      [{ training: { clip: 0.5 } }, 'θ 1 → 0.5'],
      [{ training: { lr: 0.02 } }, 'earning rate 0.01 → 0.02'],
      [{ model: { dropout: 0.3 } }, 'model.dropout 0 → 0.3'],
      [{ text: { validation: 0.3 } }, 'text.validation 0.1 → 0.3'],
      [{ text: { limit: 700 } }, 'text.limit 0 → 700'],
    ])('which option is another: %j', async (changed, clause) => {
      const { marks, notes } = await told(changed);
      expect(marks.join('\n')).toContain(clause);
      expect(notes.at(-1)).toContain(clause);
      expect(notes.at(-1)).toMatch(/^Going on from step 40, not all is as it was: .*\.$/);
    });

    it('that the text is another, and how much of it its vocabulary does not know', async () => {
      const other = await told({}, 'the lazy dog jumps over the quick brown fox. '.repeat(40));
      for (const said of [other.marks[0], other.notes.at(-1)]) {
        expect(said).toContain('the epoch begins anew');
        expect(said).toContain('models are compared anew');
        expect(said).toContain('the vocabulary stays that of the text before');
        expect(said).not.toContain('<unk>');
      }
      const words = { text: { tokenizer: 'words' }, training: { maxSteps: 4 } };
      const { bytes } = saved(await train({ configuration: words }));
      const text = 'the quick cat jumps over the lazy rat and runs away. '.repeat(40);
      const events = await train({ text, configuration: { ...words, training: { maxSteps: 6 } }, resume: bytes });
      const [{ trainingUnknownShare, notes }] = of(events, 'prepared');
      expect(trainingUnknownShare).toBeGreaterThan(0.05);
      expect(notes.at(-1)).toMatch(/text before, in which \d+(\.\d)?% of its training tokens are <unk>/);
      expect((await told({ text: { limit: 700 } })).marks[0]).not.toContain('vocabulary');
    });

    it('that no step is left', async () => {
      const { marks, notes } = await told({ training: { maxSteps: 40 } });
      expect(marks[0]).toBe(
        'Restored from step 40; no step is left to do: raise training.epochs or training.maxSteps to go on',
      );
      expect(notes).toHaveLength(1);
    });
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

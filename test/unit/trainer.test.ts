import { describe, expect, it } from 'vitest';
import { memoryEstimate } from '../../src/engine/tfjs/memory';
import { readCheckpoint } from '../../src/model/checkpoint';
import { modelSchema } from '../../src/model/configuration';
import { TrainingControl } from '../../src/training/control';
import type { StepEvent, TrainingEvent } from '../../src/training/events';
import { losses, of, sentence, train } from './training/train';

describe('a run', () => {
  it('learns: the loss falls, events come in order, and it ends with its reason', async () => {
    const events = await train({ configuration: { training: { maxSteps: 120 } } });
    const steps = of(events, 'step');
    expect(events[0].event).toBe('prepared');
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 120 }, (_, i) => i + 1));
    expect(steps.at(-1)!.loss).toBeLessThan(0.75 * steps[0].loss);
    expect(of(events, 'evaluation').length).toBeGreaterThan(2);
    expect(of(events, 'continuation').at(-1)!.text.length).toBe(12);
    expect(of(events, 'epoch').length).toBeGreaterThan(0);
    expect(events.at(-1)).toMatchObject({ event: 'finished', step: 120, reason: 'maxSteps' });
    for (const { clipped, clipScale, gradNorm, clip } of steps) {
      expect(clipped).toBe(gradNorm > clip);
      expect(clipScale).toBeCloseTo(Math.min(1, clip / gradNorm), 12);
    }
  });

  it.each([['sequential'], ['random']])(
    'repeats itself for a seed, %s sampling, and not for another',
    async (sampling) => {
      const configuration = { model: { dropout: 0.2 }, training: { sampling } };
      const first = losses(await train({ configuration }));
      expect(losses(await train({ configuration }))).toEqual(first);
      expect(losses(await train({ configuration: { ...configuration, training: { sampling, seed: 1 } } }))).not.toEqual(
        first,
      );
    },
  );

  it('takes whole rows of the text without truncation, and says what that needs', async () => {
    const training = { truncation: 'none', batch: 16, steps: 8, epochs: 3, maxSteps: 0 };
    const events = await train({ configuration: { training } });
    const [prepared] = of(events, 'prepared');
    expect(prepared.steps).toBe(Math.floor((prepared.trainingTokens - 1) / 16));
    const shape = { ...modelSchema.parse({ hidden: 12 }), vocabulary: prepared.vocabulary };
    const megabytes = memoryEstimate(shape, 16, 132) / 2 ** 20;
    expect(megabytes).toBeGreaterThan(1);
    expect(prepared.notes.join(' ')).toContain(
      `Without truncation a window is a whole row of the text, 132 steps, and needs about ${Math.round(megabytes)} MB; training.steps (8) is not used.`,
    );
    expect(of(events, 'step').length).toBe(3);
  });

  it.each([
    // One row is longer than any window that may be asked for.
    [{ truncation: 'none', batch: 1, steps: 8, engine: 'fused' }, 5000],
    // The window is shrunk to fewer steps than there are between two cuts.
    [{ truncateEvery: 30, batch: 1, steps: 35 }, 25],
  ])('keeps in a checkpoint what was asked, however the window was fitted: %j', async (training, length) => {
    const text = sentence.repeat(Math.ceil(length / sentence.length)).slice(0, length);
    const model = { hidden: 2, init: 'normal' };
    const configuration = { model, text: { validation: 0 }, training: { ...training, maxSteps: 1 } };
    const events = await train({ text, configuration });
    expect(of(events, 'prepared')[0].steps).toBe(length - 1);
    const { bytes } = of(events, 'checkpoint').at(-1)!;
    expect(readCheckpoint(bytes, 'x').configuration.training).toMatchObject(training);
    const more = await train({
      text,
      resume: bytes,
      configuration: { ...configuration, training: { ...training, maxSteps: 2 } },
    });
    expect(of(more, 'mark').map(({ text }) => text)).toEqual(['Restored from step 1']);
    expect(of(more, 'step').map(({ step }) => step)).toEqual([2]);
  });

  it('learns differently when gradients are cut, from the first step that carries one on', async () => {
    const gradients = async (training: object) =>
      of(await train({ configuration: { training } }), 'step').map(({ gradNorm }) => gradNorm);
    const whole = await gradients({ maxSteps: 3 });
    expect(await gradients({ maxSteps: 3, truncateEvery: 2 })).not.toEqual(whole);
    const random = { maxSteps: 3, truncation: 'random', truncateLength: 4 };
    expect(await gradients(random)).not.toEqual(whole);
    expect(await gradients(random)).toEqual(await gradients(random));
  });

  it('tells how the gradient flows back through time, lag by lag', async () => {
    const flows = of(await train(), 'flow');
    expect(flows.length).toBeGreaterThan(1);
    expect(flows[0].norms).toHaveLength(1);
    expect(flows[0].norms[0]).toHaveLength(8);
    expect(flows[0].norms[0].every((norm) => norm > 0)).toBe(true);
  });

  it.each([3, 5])('shows no gradient beyond a cut at every %d steps, and all of it before', async (K) => {
    const model = { cell: 'gru', layers: 2 };
    const cut = of(await train({ configuration: { model, training: { truncateEvery: K } } }), 'flow');
    const whole = of(await train({ configuration: { model } }), 'flow');
    for (const { norms } of cut) {
      expect(norms).toHaveLength(2);
      for (const layer of norms) {
        expect(layer.slice(0, K).every((norm) => norm > 0)).toBe(true);
        expect(layer.slice(K)).toEqual(Array.from({ length: 8 - K }, () => 0));
      }
    }
    expect(whole[0].norms.every((layer) => layer.every((norm) => norm > 0))).toBe(true);
  });

  it('shows the gradient with cuts at random, other ones at each look and the same for a seed', async () => {
    const training = { truncation: 'random', truncateProbability: 0.9, lr: 1e-7 };
    const look = async () => of(await train({ configuration: { training } }), 'flow').map(({ norms }) => norms[0]);
    const flows = await look();
    // The weights hardly move, so that only the cuts differ; with a chance of 0.9 hardly a row reaches back seven steps.
    expect(flows.every((norms) => norms[0] > 0 && norms[7] === 0)).toBe(true);
    expect(new Set(flows.map((norms) => Math.round(1e4 * (norms[1] / norms[0])))).size).toBeGreaterThan(1);
    expect(await look()).toEqual(flows);
  });

  it('lets a cut at every so many steps never fall within a window that is no longer', async () => {
    const steps = async (training: object) => losses(await train({ configuration: { training } }));
    expect(await steps({ truncateEvery: 8 })).toEqual(await steps({}));
  });

  it('samples continuations at steps of their own when asked', async () => {
    const training = { maxSteps: 20, continuationEvery: 6, evaluateEvery: 10 };
    const events = await train({ configuration: { training } });
    expect(of(events, 'continuation').map(({ step }) => step)).toEqual([6, 12, 18]);
    expect(of(events, 'evaluation').map(({ step }) => step)).toEqual([10, 20]);
  });

  it('keeps in a checkpoint the learning rate in force', async () => {
    const control = new TrainingControl();
    control.adjust({ lr: 0.005, clip: 0.25 });
    const saved = of(await train({ control, configuration: { training: { maxSteps: 2 } } }), 'checkpoint').at(-1)!;
    expect(readCheckpoint(saved.bytes, 'x').configuration.training).toMatchObject({ lr: 0.005, clip: 0.25 });
  });

  it('ends soon when it is stopped, also within an evaluation', async () => {
    const control = new TrainingControl();
    let stoppedAt = Number.POSITIVE_INFINITY;
    const events = await train({
      text: sentence.repeat(600),
      configuration: { text: { validation: 0.5 }, training: { maxSteps: 50, evaluateEvery: 5, batch: 1 } },
      control,
      onEvent: (event) => {
        if (event.event !== 'step' || event.step !== 5) return;
        setTimeout(() => {
          control.stop();
          stoppedAt = performance.now();
        }, 50);
      },
    });
    expect(events.at(-1)).toMatchObject({ event: 'finished', reason: 'stopped', step: 5 });
    expect(of(events, 'evaluation')).toEqual([]);
    expect(of(events, 'checkpoint').at(-1)?.reason).toBe('final');
    expect(stoppedAt).toBeLessThan(performance.now());
  });

  it('tells of an evaluation once it has taken a second, and of no shorter one', async () => {
    const configuration = { text: { validation: 0.5 }, training: { maxSteps: 4, evaluateEvery: 2, batch: 1 } };
    const evaluations = (events: readonly TrainingEvent[]) =>
      events.map(({ event }) => event).filter((event) => event.startsWith('evaluati'));
    let now = 0;
    const slow = { now: () => (now += 300), breathe: () => Promise.resolve() };
    const told = await train({ configuration, time: slow });
    expect(evaluations(told)).toEqual(['evaluating', 'evaluation', 'evaluating', 'evaluation']);
    const [{ validationTokens }] = of(told, 'prepared');
    expect(of(told, 'evaluating')[1]).toMatchObject({ step: 4, tokens: validationTokens - 1 });
    const quick = { now: () => 0, breathe: () => Promise.resolve() };
    expect(evaluations(await train({ configuration, time: quick }))).toEqual(['evaluation', 'evaluation']);
  });

  it('pauses and saves within an evaluation, and does not count the pause', async () => {
    const control = new TrainingControl();
    const configuration = { text: { validation: 0.5 }, training: { maxSteps: 4, evaluateEvery: 2, batch: 1 } };
    let now = 0;
    const time = { now: () => (now += 300), breathe: () => Promise.resolve() };
    const onEvent = (event: TrainingEvent) => {
      if (event.event === 'evaluating' && event.step === 2) {
        control.checkpoint();
        control.pause();
      }
      if (event.event !== 'mark' || event.kind !== 'paused') return;
      now += 1e9;
      setTimeout(() => control.resume(), 5);
    };
    const events = await train({ configuration, control, time, onEvent });
    const seen = events.map((event) => (event.event === 'mark' ? event.kind : event.event));
    const from = seen.indexOf('evaluating');
    expect(seen.slice(from, from + 6)).toEqual([
      'evaluating',
      'checkpoint',
      'checkpoint',
      'paused',
      'resumed',
      'evaluation',
    ]);
    expect(of(events, 'step').at(-1)?.seconds).toBeLessThan(1e5);
    const undisturbed = await train({ configuration, time: { now: () => 0, breathe: () => Promise.resolve() } });
    expect(of(events, 'evaluation')).toEqual(of(undisturbed, 'evaluation'));
    expect(losses(events)).toEqual(losses(undisturbed));
  });

  it.each(['stop', 'pause'] as const)('leaves a long search for a continuation when it is to %s', async (what) => {
    const control = new TrainingControl();
    const seen: string[] = [];
    const events = await train({
      control,
      configuration: {
        training: { maxSteps: 5, continuationEvery: 2, evaluateEvery: 4, engine: 'fused', threads: 1 },
        generation: { beams: 64, length: 2000 },
      },
      onEvent: (event) => {
        if (event.event === 'step' && event.step === 2) setTimeout(() => control[what](), 5);
        if (event.event !== 'mark') return;
        seen.push(event.kind);
        if (event.kind === 'paused') setTimeout(() => control.stop(), 5);
      },
    });
    expect(of(events, 'continuation')).toEqual([]);
    expect(seen).toEqual(what === 'pause' ? ['paused'] : []);
    expect(events.at(-1)).toMatchObject({ event: 'finished', step: 2, reason: 'stopped' });
  });

  it('keeps its best model by validation', async () => {
    const events = await train({ configuration: { training: { maxSteps: 60, evaluateEvery: 10 } } });
    const best = of(events, 'evaluation').reduce((a, b) => (b.nats < a.nats ? b : a));
    const saved = of(events, 'checkpoint')
      .filter(({ reason }) => reason === 'best')
      .at(-1)!;
    expect(saved.step).toBe(best.step);
    expect(readCheckpoint(saved.bytes, 'x').resume?.progress.bestNats).toBe(best.nats);
  });

  it('stops early when validation has not improved for `patience` evaluations', async () => {
    const text = `${sentence.repeat(30)}${'zq xw kj vb '.repeat(20)}`;
    const events = await train({
      text,
      configuration: { training: { maxSteps: 2000, evaluateEvery: 5, patience: 3 } },
    });
    expect(events.at(-1)).toMatchObject({ event: 'finished', reason: 'earlyStopping' });
    expect(
      of(events, 'evaluation')
        .slice(-3)
        .every(({ best }) => !best),
    ).toBe(true);
  });

  it('can be paused, adjusted while paused, resumed and stopped', async () => {
    const control = new TrainingControl();
    const seen: string[] = [];
    const events = await train({
      control,
      configuration: { training: { maxSteps: 1000 } },
      onEvent: (event) => {
        if (event.event === 'mark') seen.push(event.text);
        if (event.event === 'step' && event.step === 5) control.pause();
        if (event.event === 'mark' && event.kind === 'paused') {
          control.adjust({ lr: 0.001, clip: 0.5 });
          setTimeout(() => control.resume(), 20);
        }
        if (event.event === 'step' && event.step === 8) control.stop();
      },
    });
    expect(seen).toEqual(['Paused', 'Learning rate 0.02 → 0.001', 'θ 1 → 0.5', 'Resumed']);
    const steps = of(events, 'step');
    expect(steps[4].learningRate).toBe(0.02);
    expect(steps[5]).toMatchObject({ learningRate: 0.001, clip: 0.5 });
    expect(events.at(-1)).toMatchObject({ event: 'finished', step: 8, reason: 'stopped' });
  });

  it('shrinks the batch for a short text and says so', async () => {
    const events = await train({
      text: sentence.repeat(2),
      configuration: { training: { batch: 64, steps: 35, maxSteps: 3 } },
    });
    const [prepared] = of(events, 'prepared');
    expect(prepared.batch).toBeLessThan(64);
    expect(prepared.notes.join(' ')).toContain('shrunk');
    expect(of(events, 'step').length).toBe(3);
  });

  it('refuses, in one sentence, what cannot be trained on or gone on with', async () => {
    await expect(train({ text: '' })).rejects.toThrow(/fox\.txt is empty/);
    await expect(train({ text: 'aaaa' })).rejects.toThrow(/one distinct character/);
    await expect(train({ text: 'a\0b\0' })).rejects.toThrow(/fox\.txt/);
    await expect(train({ configuration: { training: { warmup: 660, maxSteps: 0 } } })).rejects.toThrow(
      'training.warmup (660) would last as long as the run on fox.txt, which has 660 steps; lower it, or raise training.epochs (10).',
    );
    await expect(
      train({
        configuration: { model: { hidden: 4096 }, training: { truncation: 'none', batch: 1 } },
        text: sentence.repeat(400),
      }),
    ).rejects.toThrow(
      /^This training needs about \d+\.\d GiB of memory and the tfjs engine can have \d\.\d GiB: lower (text\.limit|model\.hidden) \(.*\) or (text\.limit|model\.hidden) \(.*\)\.$/,
    );
    const saved = of(await train(), 'checkpoint').at(-1)!.bytes;
    await expect(train({ resume: saved, text: `${sentence.repeat(40)}ÄÖ` })).rejects.toThrow(/Ä Ö/);
    await expect(train({ resume: saved, configuration: { model: { hidden: 13 } } })).rejects.toThrow(
      /model\.hidden 12/,
    );
    await expect(train({ resume: saved.subarray(0, 1000) })).rejects.toThrow(/not a usable checkpoint/);
  });
});

describe('a step event', () => {
  it('carries everything that the command line promises', async () => {
    const [step] = of(await train({ configuration: { training: { maxSteps: 1 } } }), 'step') as StepEvent[];
    expect(Object.keys(step).sort()).toEqual(
      [
        'clip',
        'clipScale',
        'clipped',
        'epoch',
        'event',
        'gradNorm',
        'learningRate',
        'loss',
        'perplexity',
        'seconds',
        'step',
        'tokensPerSecond',
      ].sort(),
    );
  });
});

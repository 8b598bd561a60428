import { describe, expect, it } from 'vitest';
import { parseConfiguration, parseGeneration, trainingSchema } from '../../src/model/configuration';
import { Random, streamSeed } from '../../src/model/random';
import { clip } from '../../src/training/clipping';
import { DivergenceWatch } from '../../src/training/divergence';
import { learningRateFactor } from '../../src/training/schedule';

describe('clipping', () => {
  const gradients = Float32Array.of(3, -4);

  it('by norm multiplies by min(1, θ/‖g‖)', () => {
    expect(clip('norm', 1, 5, gradients)).toEqual({ clipped: true, scale: 0.2, clipValue: 0 });
    expect(clip('norm', 5, 5, gradients)).toEqual({ clipped: false, scale: 1, clipValue: 0 });
    expect(clip('norm', 8, 5, gradients)).toEqual({ clipped: false, scale: 1, clipValue: 0 });
  });

  it('by value says whether the largest element bites', () => {
    expect(clip('value', 2, 5, gradients)).toEqual({ clipped: true, scale: 0.5, clipValue: 2 });
    expect(clip('value', 4, 5, gradients)).toEqual({ clipped: false, scale: 1, clipValue: 4 });
  });

  it('can be switched off', () => {
    expect(clip('none', 1, 1e9, gradients)).toEqual({ clipped: false, scale: 1, clipValue: 0 });
  });
});

describe('learning-rate schedule', () => {
  const of = (options: object) => trainingSchema.parse(options);

  it('is constant by default', () => {
    expect(learningRateFactor(of({}), 1, 0, 100)).toBe(1);
    expect(learningRateFactor(of({}), 100, 9, 100)).toBe(1);
  });

  it('steps as char-rnn does: ×0.97 an epoch from the epoch after decayAfter', () => {
    const options = of({ schedule: 'step', decay: 0.97, decayAfter: 10 });
    expect(learningRateFactor(options, 1, 9, 100)).toBe(1);
    expect(learningRateFactor(options, 1, 10, 100)).toBeCloseTo(0.97);
    expect(learningRateFactor(options, 1, 12, 100)).toBeCloseTo(0.97 ** 3);
  });

  it('warms up linearly, then follows half a cosine to zero', () => {
    const options = of({ schedule: 'cosine', warmup: 10 });
    expect(learningRateFactor(options, 5, 0, 110)).toBeCloseTo(0.5);
    expect(learningRateFactor(options, 11, 0, 110)).toBeCloseTo(1);
    expect(learningRateFactor(options, 61, 0, 110)).toBeCloseTo(0.5);
    expect(learningRateFactor(options, 111, 0, 110)).toBeCloseTo(0);
  });
});

describe('divergence watch', () => {
  it('stops at a loss or gradient that is not finite, and suggests a lower learning rate', () => {
    expect(new DivergenceWatch(28, true).look(1, Number.NaN, 1, 2)?.why).toContain('loss of step 1');
    const found = new DivergenceWatch(28, false).look(7, 3, Number.POSITIVE_INFINITY, 2);
    expect(found?.why).toContain('step 7');
    expect(found?.remedy).toContain('0.2');
    expect(found?.remedy).toMatch(/^Clip by norm/);
  });

  it('never advises to clip by norm what is clipped by norm', () => {
    const watch = new DivergenceWatch(28, true);
    for (const { remedy } of [watch.overflow(1, 2), watch.unmeasurable(1, 2), watch.hopeless(2)]) {
      expect(remedy).toBe('Try a learning rate below 2, for example 0.2.');
    }
  });

  it('stops when the perplexity stays above the uniform one, and only then', () => {
    const bad = new DivergenceWatch(28, true);
    const good = new DivergenceWatch(28, true);
    const loss = Math.log(28);
    let stopped = 0;
    for (let step = 1; step <= 400; step++) {
      if (!stopped && bad.look(step, loss + 1, 1, 1)) stopped = step;
      expect(good.look(step, step % 50 === 0 ? loss + 2 : loss - 0.2, 1, 1)).toBeUndefined();
    }
    expect(stopped).toBe(150);
  });
});

describe('random generator', () => {
  it('repeats for a seed, differs between seeds, and goes on from saved words', () => {
    const draw = (random: Random) => Array.from({ length: 5 }, () => random.uniform());
    expect(draw(new Random(1))).toEqual(draw(new Random(1)));
    expect(draw(new Random(1))).not.toEqual(draw(new Random(2)));
    const random = new Random(3);
    draw(random);
    const again = Random.restore(random.save());
    expect(draw(again)).toEqual(draw(random));
    expect(streamSeed(0, 1)).not.toBe(streamSeed(1, 0));
  });

  it('has the moments of its distributions', () => {
    const random = new Random(4);
    const n = 200_000;
    let mean = 0;
    let square = 0;
    let uniform = 0;
    for (let i = 0; i < n; i++) {
      const x = random.normal();
      mean += x / n;
      square += (x * x) / n;
      uniform += random.uniform() / n;
    }
    expect(Math.abs(mean)).toBeLessThan(0.01);
    expect(Math.abs(square - 1)).toBeLessThan(0.02);
    expect(Math.abs(uniform - 0.5)).toBeLessThan(0.005);
  });
});

describe('configuration', () => {
  it('takes defaults for what is absent', () => {
    expect(parseConfiguration({}, 'Settings').model.cell).toBe('gru');
  });

  it.each([
    [{ training: { batch: 0 } }, 'Settings: recurrent.training.batch is 0, but must be a whole number from 1 to 4096.'],
    [
      { training: { batch: 1.5 } },
      'Settings: recurrent.training.batch is 1.5, but must be a whole number from 1 to 4096.',
    ],
    [{ training: { lr: 'fast' } }, 'Settings: recurrent.training.lr is "fast", but must be a number from 1e-7 to 100.'],
    [{ model: { cell: 'cnn' } }, 'Settings: recurrent.model.cell is "cnn", but must be one of rnn, gru, lstm.'],
    [{ model: { tied: 1 } }, 'Settings: recurrent.model.tied is 1, but must be true or false.'],
    [{ model: { depth: 1 } }, 'Settings: there is no option recurrent.model.depth.'],
    [{ model: { tied: true } }, /needs recurrent\.model\.embedding \(0\) equal to recurrent\.model\.hidden \(256\)/],
    [{ training: { truncation: 'none', sampling: 'random' } }, /needs recurrent\.training\.sampling sequential/],
    [{ training: { truncateEvery: 5, truncation: 'random' } }, /truncateEvery is of fixed truncation/],
    [
      { training: { truncateEvery: 36 } },
      'Settings: recurrent.training.truncateEvery (36) is more than recurrent.training.steps (35), and the window’s edge cuts there already; lower it, or raise recurrent.training.steps.',
    ],
    [{ training: { truncateAlpha: 3 } }, /truncateAlpha is 3, but must be a number from 3\.01 to 100/],
    [
      { training: { warmup: 600, maxSteps: 600 } },
      'Settings: recurrent.training.warmup (600) would last as long as the run, recurrent.training.maxSteps (600); lower it, or raise recurrent.training.maxSteps.',
    ],
    [{ training: { truncateProbability: 0.1 } }, /truncateProbability is of random truncation/],
    [{ training: { patience: 3 }, text: { validation: 0 } }, /patience waits for a better validation/],
    [{ training: { engine: 'tfjs', threads: 2 } }, /are of the fused engine/],
    [{ generation: { beams: 4, topK: 5 } }, /beams searches and does not sample/],
    [{ generation: { beams: 4, length: 5000 } }, /at most 2000 tokens/],
    [
      { generation: { ending: 'line' }, text: { normalize: 'letters' } },
      'Settings: recurrent.generation.ending line would never come, as recurrent.text.normalize letters leaves no line ends and no marks; set recurrent.generation.ending to length.',
    ],
    [{ generation: { ending: 'sentence' }, text: { normalize: 'd2l' } }, /ending sentence would never come/],
  ])('refuses %j in one sentence', (value, message) => {
    expect(() => parseConfiguration(value, 'Settings')).toThrow(message);
  });

  it('takes what lies just within', () => {
    for (const value of [
      { training: { truncateEvery: 35 } },
      { training: { warmup: 599, maxSteps: 600 } },
      { generation: { ending: 'sentence' }, text: { normalize: 'lowercase' } },
    ]) {
      expect(parseConfiguration(value, 'Settings')).toMatchObject(value);
    }
  });

  it('checks how text is to be sampled, for the model that it is sampled from', () => {
    const { generation } = parseConfiguration({}, 'Settings');
    expect(parseGeneration({ ...generation, ending: 'line' }, 'none', 'Sampling').ending).toBe('line');
    const refused = (changes: object) => () => parseGeneration({ ...generation, ...changes }, 'd2l', 'Sampling');
    expect(refused({ ending: 'line' })).toThrow(/^Sampling: recurrent\.generation\.ending line would never come/);
    expect(refused({ beams: 2, topP: 0.5 })).toThrow(/beams searches and does not sample/);
    expect(refused({ temperature: -1 })).toThrow(/temperature is -1, but must be a number from 0 to 10/);
  });
});

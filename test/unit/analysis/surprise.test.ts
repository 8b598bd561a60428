import { describe, expect, it } from 'vitest';
import { surprise, surpriseOfText } from '../../../src/analysis/surprise';
import { createState } from '../../../src/engine/engine';
import { createTfjsEngine } from '../../../src/engine/tfjs';
import { modelSchema } from '../../../src/model/configuration';
import { initialise } from '../../../src/model/initialisation';
import { CharacterTokenizer } from '../../../src/text/characters';
import { SubwordTokenizer } from '../../../src/text/subwords';
import { tabledEngine } from '../generation/tabled-engine';

const tokenizer = new CharacterTokenizer(['<unk>', 'a', 'b', 'c']);
const engine = tabledEngine(4, (last) => (last === 1 ? [0, 0.5, 0.25, 0.25] : [0.125, 0.125, 0.5, 0.25]));

describe('surprise', () => {
  it('sums to what the engine measures, and its first is the zero state’s', async () => {
    const shape = { ...modelSchema.parse({ cell: 'gru', hidden: 5 }), vocabulary: 4 };
    const real = await createTfjsEngine(shape, { dist: '', backend: 'cpu' });
    initialise(real.parameters, 'uniform', 1);
    const ids = Uint8Array.of(1, 3, 2, 2, 0, 1, 1, 3);
    const bits = [...surprise(real, ids)];
    expect(bits.length).toBe(ids.length);
    const T = ids.length - 1;
    const window = {
      steps: T,
      batch: 1,
      inputs: Int32Array.from(ids.subarray(0, T)),
      targets: Int32Array.from(ids.subarray(1)),
    };
    const { nats } = real.evaluate(window, createState(shape, 1));
    expect(bits.slice(1).reduce((a, b) => a + b)).toBeCloseTo(nats / Math.LN2, 4);
    const scores = [...real.parameters.get('b_q')].map(Math.exp);
    expect(2 ** -bits[0]).toBeCloseTo(scores[1] / scores.reduce((a, b) => a + b), 6);
    real.dispose();
  });

  it('is nothing for an empty text', () => {
    expect([...surprise(engine, new Uint8Array())]).toEqual([]);
  });
});

describe('surpriseOfText', () => {
  it('names each token, also an unknown one, and where it starts', () => {
    const tokens = [...surpriseOfText(engine, tokenizer, 'ab😀c')];
    expect(tokens.map(({ text }) => text)).toEqual(['a', 'b', '😀', 'c']);
    expect(tokens.map(({ start }) => start)).toEqual([0, 1, 2, 4]);
    expect(tokens.map(({ bits }) => bits)).toEqual([2, 2, 3, 2].map((bits) => expect.closeTo(bits, 5)));
  });

  it('normalises as the model’s text was', () => {
    const tokens = [...surpriseOfText(engine, tokenizer, 'A', 'lowercase')];
    expect(tokens.map(({ text }) => text)).toEqual(['a']);
  });

  it('adds up the bits of a character’s bytes', () => {
    const bytes = new SubwordTokenizer([]);
    const even = tabledEngine(256, () => new Array<number>(256).fill(1 / 256));
    const tokens = [...surpriseOfText(even, bytes, 'a€!')];
    expect(tokens.map(({ text, start }) => [text, start])).toEqual([
      ['a', 0],
      ['€', 1],
      ['!', 2],
    ]);
    expect(tokens.map(({ bits }) => Math.round(bits))).toEqual([8, 24, 8]);
  });
});

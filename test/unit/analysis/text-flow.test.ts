import { describe, expect, it } from 'vitest';
import { gradientFlow } from '../../../src/analysis/gradient-flow';
import { textFlow } from '../../../src/analysis/text-flow';
import { createState } from '../../../src/engine/engine';
import { createTfjsEngine } from '../../../src/engine/tfjs';
import { modelSchema } from '../../../src/model/configuration';
import { initialise } from '../../../src/model/initialisation';
import { CharacterTokenizer } from '../../../src/text/characters';
import { UserError } from '../../../src/text/user-error';

const tokenizer = new CharacterTokenizer(['<unk>', ' ', 'a', 'b', 'c']);

async function linearEngine() {
  const shape = { ...modelSchema.parse({ cell: 'rnn', activation: 'identity', hidden: 3 }), vocabulary: 5 };
  const engine = await createTfjsEngine(shape, { dist: '', backend: 'cpu' });
  initialise(engine.parameters, 'uniform', 2);
  return engine;
}

describe('textFlow', () => {
  it('follows the last token back, from the state that the text before it left', async () => {
    const engine = await linearEngine();
    const flow = textFlow(engine, tokenizer, 'abcabca', 3, 'none');
    expect(flow.token).toBe('a');
    expect(flow.before).toEqual(['c', 'b', 'a']);
    const state = createState(engine.shape, 1);
    for (const id of tokenizer.encode('abc')) engine.step(Int32Array.of(id), state);
    const ids = Int32Array.from(tokenizer.encode('abca')); // (T + 1)
    const window = { steps: 3, batch: 1, inputs: ids.slice(0, 3), targets: ids.slice(1) };
    expect(flow.norms).toEqual(gradientFlow(engine, window, state));
    expect(flow.linear?.exact).toHaveLength(3);
    let row = new Float32Array();
    for (const id of window.inputs) row = engine.step(Int32Array.of(id), state).slice();
    expect(flow.bits).toBeCloseTo(-row[2] / Math.LN2, 6);
    engine.dispose();
  });

  it('reads the text as the model’s was read, and keeps the lecture’s from gluing its end', async () => {
    const engine = await linearEngine();
    for (const how of ['letters', 'd2l'] as const) {
      expect(textFlow(engine, tokenizer, 'A, b\n', 9, how)).toMatchObject({ token: ' ', before: ['b', ' ', 'a'] });
    }
    expect(() => textFlow(engine, tokenizer, 'a', 3, 'none')).toThrow(UserError);
    engine.dispose();
  });
});

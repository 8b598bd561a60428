import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { createState } from '../../src/engine/engine';
import { createTfjsEngine } from '../../src/engine/tfjs';
import { checkMemory, memoryEstimate } from '../../src/engine/tfjs/memory';
import { type ModelShape, modelSchema } from '../../src/model/configuration';
import { UserError } from '../../src/text/user-error';

const shapeOf = ({ vocabulary = 30, ...changes }: Partial<ModelShape>): ModelShape => ({
  ...modelSchema.parse({ hidden: 16, ...changes }),
  vocabulary,
});

describe('memory of the tfjs engine', () => {
  it.each<[Partial<ModelShape>, number, number]>([
    [{ cell: 'rnn' }, 20, 4],
    [{ cell: 'rnn', layers: 3 }, 20, 4],
    [{ cell: 'rnn', vocabulary: 200 }, 20, 4],
    [{ cell: 'gru' }, 40, 4],
    [{ cell: 'gru', hidden: 48, embedding: 16 }, 10, 2],
    [{ cell: 'gru', reset: 'after', dropout: 0.2 }, 20, 8],
    [{ cell: 'lstm', layers: 2 }, 20, 8],
  ])('is estimated about right: %j, %d steps, %d rows', async (changes, steps, batch) => {
    const shape = shapeOf(changes);
    const engine = await createTfjsEngine(shape, { dist: '', backend: 'cpu' });
    const ids = new Int32Array(steps * batch); // (T, B)
    const before = tf.memory().numBytes;
    const { peakBytes } = await tf.profile(() => {
      engine.gradient({ steps, batch, inputs: ids, targets: ids }, createState(shape, batch), { dropoutSeed: 1 });
      return [];
    });
    const ratio = memoryEstimate(shape, batch, steps) / (peakBytes - before);
    expect(ratio).toBeGreaterThan(0.9);
    expect(ratio).toBeLessThan(1.5);
    engine.dispose();
  });

  it('is refused with the settings that save most', () => {
    const shape = shapeOf({ hidden: 256 });
    expect(() => checkMemory(shape, { batch: 32, steps: 35 }, 2 ** 32)).not.toThrow();
    expect(() => checkMemory(shape, { batch: 1024, steps: 512 }, 2 ** 32)).toThrow(UserError);
    expect(() => checkMemory(shape, { batch: 1024, steps: 512 }, 2 ** 32)).toThrow(
      /the tfjs engine can have 4\.0 GiB: lower model\.hidden \(256\) or training\.steps \(512\)\.$/,
    );
    expect(() => checkMemory(shape, { batch: 32, steps: 16384, wholeRows: true }, 2 ** 32)).toThrow(
      /lower model\.hidden \(256\) or text\.limit \(.* 524288 tokens\)\.$/,
    );
  });
});

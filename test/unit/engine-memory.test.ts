import { resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { createEngine } from '../../src/engine/create';
import { createState, type Engine } from '../../src/engine/engine';
import { refusal } from '../../src/engine/fused/memory';
import { modelSchema } from '../../src/model/configuration';
import { initialise } from '../../src/model/initialisation';

const dist = resolve(__dirname, '../../dist');
const shape = { ...modelSchema.parse({ hidden: 256 }), vocabulary: 60 };
const ids = new Int32Array(4 * 4); // (T, B)
const window = { inputs: ids, targets: ids, steps: 4, batch: 4 };

const use = (engine: Engine) => {
  initialise(engine.parameters, 'uniform', 1);
  return engine.gradient(window, createState(shape, 4)).nats;
};

describe('engines that were disposed of', () => {
  it.each([1, 2])('give their memory back, with %d threads', { timeout: 120_000 }, async (threads) => {
    const nats = new Set<number>();
    let first = 0;
    for (let count = 0; count < 200; count++) {
      const engine = await createEngine('fused', shape, { dist, threads });
      expect(engine.parameters.flat.every((value) => value === 0)).toBe(true);
      nats.add(use(engine));
      expect(engine.moments.first.every((value) => value === 0)).toBe(true);
      engine.dispose();
      // Threads end by themselves.
      await new Promise((done) => setTimeout(done, threads));
      if (count === 20) first = process.memoryUsage.rss();
    }
    expect(nats.size).toBe(1);
    // Each has 7 MB and more.
    expect(process.memoryUsage.rss() - first).toBeLessThan(150e6);
  });

  it('leave no tensor behind', async () => {
    const small = { ...shape, hidden: 8 };
    for (let count = 0; count < 5; count++) {
      const engine = await createEngine('tfjs', small, { dist: '', backend: 'cpu' });
      engine.gradient(window, createState(small, 4));
      engine.dispose();
    }
    expect(tf.memory().numTensors).toBe(0);
  });
});

describe('a memory that the system does not give', () => {
  it('is told with its size, or with the limit of addresses that was in the way', () => {
    expect(refusal(70_000).message).toMatch(
      /the 1 MiB of memory it needs: close other programs, or lower model\.hidden/,
    );
    expect(refusal(70_000, 8 * 2 ** 30).message).toMatch(/this process may have 8\.0 GiB in all: .* \(ulimit -v\)/);
  });
});

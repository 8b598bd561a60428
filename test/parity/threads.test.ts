import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allowRelaxedSimd } from '../../src/cli/v8-flags';
import { checkMemory, createFusedEngine, memoryEstimate } from '../../src/engine/fused';
import { awaitShard, CLOSED, fail, word } from '../../src/engine/fused/control';
import type { Build } from '../../src/engine/fused/kernels';
import { shards } from '../../src/engine/fused/layout';
import { UserError } from '../../src/text/user-error';
import { dist, randomise, relative, shapeOf, stateOf, windowOf } from './models';

const untied = shapeOf({ cell: 'lstm', hidden: 21, layers: 2 });

allowRelaxedSimd();

/** Threads add to a tied matrix from both of its ends; columns enough that each has some of its own. */
const tied = shapeOf({ cell: 'gru', hidden: 100, embedding: 100, tied: true });

/** Parameters after five updates. */
async function trained(threads: number, batch: number, build?: Build, shape = untied): Promise<number[]> {
  const engine = await createFusedEngine(shape, { dist, threads, build });
  randomise(engine);
  const state = stateOf(shape, batch);
  for (let count = 1; count <= 5; count++) {
    engine.gradient(windowOf(shape, 7, batch, count), state);
    const rates = { learningRate: 0.01, momentum: 0, alpha: 0, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    engine.apply({ kind: 'adam', ...rates, weightDecay: 0, count, clipValue: 0 }, 1);
  }
  const parameters = Array.from(engine.parameters.flat);
  engine.dispose();
  return parameters;
}

describe('threads', () => {
  it.each([1, 2, 3, 8])('%i give the same parameters twice, bit by bit', async (threads) => {
    expect(await trained(threads, 9)).toEqual(await trained(threads, 9));
  });

  it.each([1, 2])('%i give the same with wider register blocks, bit by bit', async (threads) => {
    for (const batch of [1, 3, 7, 9, 26]) {
      expect(await trained(threads, batch, 'wide')).toEqual(await trained(threads, batch, 'relaxed'));
    }
  });

  it('agree with one thread, with fewer rows than threads too', async () => {
    for (const batch of [1, 2, 3, 9]) {
      const one = await trained(1, batch);
      for (const threads of [2, 4]) expect(relative(await trained(threads, batch), one)).toBeLessThan(1e-4);
    }
  });

  it('agree with one thread where the output layer is tied to the embedding', async () => {
    const one = await trained(1, 8, 'relaxed', tied);
    for (const threads of [2, 3, 7]) {
      const several = await trained(threads, 8, 'relaxed', tied);
      expect(relative(several, one)).toBeLessThan(1e-4);
      expect(await trained(threads, 8, 'relaxed', tied)).toEqual(several);
      expect(await trained(threads, 8, 'wide', tied)).toEqual(several);
    }
  });

  it('do not wait for a shard that a failed thread will never open', () => {
    const words = new Int32Array(new SharedArrayBuffer(256));
    words[word.shard + 1] = CLOSED;
    fail(words);
    expect(() => awaitShard(words, 1)).toThrow('A thread of the fused engine failed.');
  });

  it('share every row once, and evenly', () => {
    for (let batch = 1; batch < 70; batch++) {
      for (let threads = 1; threads <= 8; threads++) {
        const dealt = shards(batch, threads);
        expect(dealt.reduce((sum, { rows }) => sum + rows, 0)).toBe(batch);
        const counts = dealt.map(({ rows }) => rows);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThan(2);
        let next = 0;
        for (const { first, rows } of dealt) {
          if (rows > 0) expect(first).toBe(next);
          next += rows;
        }
      }
    }
  });
});

describe('an engine', () => {
  it('takes windows of changing sizes, and keeps its parameters when its memory grows', async () => {
    const engine = await createFusedEngine(untied, { dist, threads: 2 });
    randomise(engine);
    const nats = (steps: number, batch: number) =>
      engine.evaluate(windowOf(untied, steps, batch), stateOf(untied, batch)).nats;
    const before = Array.from(engine.parameters.flat);
    const small = nats(3, 2);
    expect(nats(200, 64)).toBeGreaterThan(small);
    expect(nats(3, 2)).toBe(small);
    expect(Array.from(engine.parameters.flat)).toEqual(before);
    engine.dispose();
  });

  it('reports a norm that is not finite when the parameters are not', async () => {
    const engine = await createFusedEngine(untied, { dist, threads: 2 });
    randomise(engine);
    engine.parameters.flat.fill(Number.NaN);
    const { nats, norm } = engine.gradient(windowOf(untied, 3, 4), stateOf(untied, 4));
    expect(Number.isNaN(nats)).toBe(true);
    expect(Number.isFinite(norm)).toBe(false);
    engine.dispose();
  });

  it('refuses tokens outside the vocabulary, and everything once it is disposed of', async () => {
    const engine = await createFusedEngine(untied, { dist, threads: 2 });
    const window = windowOf(untied, 3, 4);
    window.inputs[5] = untied.vocabulary;
    expect(() => engine.gradient(window, stateOf(untied, 4))).toThrow('Token 11 is outside the vocabulary of 11.');
    expect(() => engine.step(Int32Array.of(-1), stateOf(untied, 1))).toThrow('Token -1');
    engine.dispose();
    engine.dispose();
    expect(() => engine.evaluate(windowOf(untied, 3, 4), stateOf(untied, 4))).toThrow('disposed');
  });
});

describe('memory', () => {
  it('is estimated before it is taken, and grows with every size', () => {
    const estimate = memoryEstimate(untied, 32, 35);
    for (const bigger of [
      memoryEstimate(untied, 64, 35),
      memoryEstimate(untied, 32, 70),
      memoryEstimate({ ...untied, hidden: 64 }, 32, 35),
      memoryEstimate({ ...untied, vocabulary: 90 }, 32, 35),
      memoryEstimate({ ...untied, layers: 3 }, 32, 35),
    ]) {
      expect(bigger).toBeGreaterThan(estimate);
    }
  });

  it.each([
    [shapeOf({ hidden: 256 }), 4096, 4096, /lower training\.(batch|steps) \(4096\)/],
    [shapeOf({ hidden: 4096, layers: 8, cell: 'lstm' }), 1, 1, /lower model\.hidden \(4096\)/],
    [shapeOf({ hidden: 4096, vocabulary: 60000 }), 1, 1, /vocabulary has 60000/],
  ])('is refused with the setting that saves most', (model, batch, steps, message) => {
    expect(() => checkMemory(model, { batch, steps }, 2 ** 32)).toThrow(UserError);
    expect(() => checkMemory(model, { batch, steps }, 2 ** 32)).toThrow(message);
  });

  it('is refused without truncation with what shortens the text, as batch and steps do not', () => {
    const rows = { batch: 32, steps: 2 ** 17, wholeRows: true };
    const model = shapeOf({ hidden: 256 });
    expect(() => checkMemory(model, rows, 2 ** 32)).toThrow(
      /^This training needs about \d+\.\d GiB of memory and the fused engine can have 4\.0 GiB: lower text\.limit \(without truncation the window is the whole text, 4194304 tokens\) or model\.hidden \(256\)\.$/,
    );
  });

  it('refuses a model that cannot be had when it is created', async () => {
    const model = shapeOf({ hidden: 4096, layers: 8, cell: 'lstm' });
    await expect(createFusedEngine(model, { dist })).rejects.toThrow(UserError);
  });
});

describe('a process of its own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'recurrent-threads-'));
  const script = join(folder, 'process.cjs');

  beforeAll(() => {
    buildSync({
      ...{ entryPoints: [resolve(__dirname, 'process.ts')], outfile: script },
      ...{ bundle: true, platform: 'node', format: 'cjs', target: 'node20', logLevel: 'error' },
    });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const measure = (what: string): Record<string, number> =>
    JSON.parse(execFileSync(process.execPath, ['--expose-gc', script, what, dist], { encoding: 'utf8' }));

  it('uses no processor time while its threads are idle', () => {
    expect(measure('idle').milliseconds).toBeLessThan(100);
  });

  it('has after a hundred engines the memory and the threads that it had', () => {
    const { before, after, threadsBefore, threadsAfter } = measure('hundred');
    expect(after - before).toBeLessThan(64);
    expect(threadsAfter).toBeLessThanOrEqual(threadsBefore);
  }, 180_000);
});

import { describe, expect, it } from 'vitest';
import { allowRelaxedSimd } from '../../src/cli/v8-flags';
import {
  type Build,
  compileKernels,
  instantiateKernels,
  type Kernels,
  SCRATCH,
  WIDEST_PANEL,
} from '../../src/engine/fused/kernels';
import { CONTROL } from '../../src/engine/fused/layout';
import { createTwins } from '../../src/engine/fused/twin';
import { Random } from '../../src/model/random';
import { dist } from './models';

const PAGES = 80;
/** Thread scratch, whose contents are nobody's business: the top of the memory. */
const scratch = PAGES * 65536 - SCRATCH;

/** A bump allocator for the operands of one case, above the control block, which holds the kernels' constants. */
function places() {
  let next = CONTROL;
  return (floats: number) => {
    const address = next;
    next += Math.ceil(floats / 16) * 64 + 64; // a gap between operands shows writes beyond the end
    if (next > scratch) throw new Error('The case is too large for its memory.');
    return address;
  };
}

interface Case {
  readonly name: string;
  /** Places the operands, writes ids where there are any, and returns the call. */
  prepare(
    take: (floats: number) => number,
    ids: (count: number, below: number) => number,
    double: () => number,
  ): (kernels: Kernels) => void;
}

/** Floats of one row of a matrix of n columns in whole panels. */
const panels = (n: number) => n + WIDEST_PANEL - 1;

const sizes = [1, 2, 3, 4, 5, 7, 8, 13, 16, 17, 31, 33];
const widths = [1, 3, 4, 6, 16, 19];

const cases: Case[] = [
  ...[
    [1, 1, 1],
    [2, 3, 16],
    [3, 5, 17],
    [4, 8, 15],
    [5, 300, 33],
    [16, 256, 48],
    [259, 7, 5],
    [7, 513, 2],
    [33, 64, 65],
    [6, 31, 32],
    [11, 257, 18],
    [8, 12, 64],
    [9, 40, 24],
    [6, 50, 56],
    [3, 20, 40],
    [7, 9, 29],
  ].flatMap(([rows, k, n]): Case[] => [
    ...[0, 1].map(
      (add): Case => ({
        name: `multiply (${rows}, ${k}) · (${k}, ${n}), add ${add}`,
        prepare(take) {
          const [lda, ldc] = [k + 3, n + 2];
          const [a, b, c] = [take(rows * lda), take(panels(n) * k), take(rows * ldc)];
          return (kernels) => kernels.multiply(a, lda, rows, b, k, n, c, ldc, add, scratch);
        },
      }),
    ),
    ...[0, 1].flatMap((add): Case[] => [
      {
        name: `outer (${rows}, ${k})ᵀ · (${k}, ${n}), add ${add}`,
        prepare(take) {
          const [lda, ldb, ldc] = [rows + 1, n + 5, n + 2];
          const [a, b, c] = [take(k * lda), take(k * ldb), take(rows * ldc)];
          return (kernels) => kernels.outer(a, lda, rows, b, ldb, k, n, c, ldc, add, scratch);
        },
      },
      {
        name: `packLeft and outer (${rows}, ${k})ᵀ · (${k}, ${n}), add ${add}`,
        prepare(take) {
          const [lda, ldb, ldc] = [rows + 1, n + 5, n + 2];
          const size = k * Math.ceil(rows / 4) * 4;
          const [a, b, c, left] = [take(k * lda), take(k * ldb), take(rows * ldc), take(size)];
          return (kernels) => {
            kernels.packLeft(a, lda, k, rows, left);
            kernels.outer(left, 0, rows, b, ldb, k, n, c, ldc, add, scratch);
            kernels.clearRows(left, size, 1, size); // each build packs it in its own way
          };
        },
      },
    ]),
    {
      name: `packColumns (${k}, ${n})`,
      prepare(take) {
        const [b, to] = [take(k * (n + 1)), take(panels(n) * k)];
        return (kernels) => kernels.packColumns(b, n + 1, k, n, to, 0, Math.ceil(n / kernels.panelColumns()));
      },
    },
    {
      name: `packTransposed (${k}, ${n})`,
      prepare(take) {
        const [b, to] = [take(n * (k + 1)), take(panels(n) * k)];
        return (kernels) => {
          const count = Math.ceil(n / kernels.panelColumns());
          kernels.packTransposed(b, k + 1, k, n, to, count - 1, count);
        };
      },
    },
    {
      name: `vectorMatrix (${k}) · (${k}, ${n})`,
      prepare(take) {
        const [x, w, y] = [take(k), take(k * (n + 3)), take(n)];
        return (kernels) => kernels.vectorMatrix(x, k, w, n + 3, n, y);
      },
    },
    {
      name: `matrixVector (${n}, ${k}) · (${k})`,
      prepare(take) {
        const [x, w, y] = [take(k), take(k * n), take(n)];
        return (kernels) => kernels.matrixVector(x, k, w, n, y);
      },
    },
  ]),
  ...widths.flatMap((width): Case[] => [
    ...[
      [1, 1],
      [1, 0],
      [0, 1],
    ].map(
      ([table, bias]): Case => ({
        name: `gatherRows, width ${width}, table ${table}, bias ${bias}`,
        prepare(take, ids) {
          const [from, b, out, at] = [take(11 * width), take(width), take(5 * width), ids(5, 11)];
          return (kernels) => kernels.gatherRows(at, 5, table && from, width, bias && b, out);
        },
      }),
    ),
    {
      name: `scatterRows, width ${width}`,
      prepare(take, ids) {
        const [source, table, at] = [take(9 * (width + 2)), take(4 * (width + 1)), ids(9, 4)];
        return (kernels) => kernels.scatterRows(at, 9, source, width + 2, width, table, width + 1);
      },
    },
    ...[0, 1].map(
      (add): Case => ({
        name: `columnSums, width ${width}, add ${add}`,
        prepare(take) {
          const [source, sums] = [take(9 * (width + 2)), take(width)];
          return (kernels) => kernels.columnSums(source, width + 2, 9, width, sums, add);
        },
      }),
    ),
    {
      name: `addTo, width ${width}`,
      prepare(take) {
        const [x, to] = [take(width), take(width)];
        return (kernels) => kernels.addTo(x, width, to);
      },
    },
    {
      name: `clearRows, width ${width}`,
      prepare(take) {
        const target = take(6 * (width + 2));
        return (kernels) => kernels.clearRows(target, width + 2, 6, width);
      },
    },
    ...[
      [1, 1],
      [1, 0],
      [0, 1],
    ].map(
      ([up, carry]): Case => ({
        name: `join, width ${width}, up ${up}, carry ${carry}`,
        prepare(take) {
          const [from, factors, dh] = [take(5 * width), take(5), take(5 * width)];
          return (kernels) => kernels.join(up && from, carry && factors, 5, width, dh);
        },
      }),
    ),
  ]),
  ...sizes.flatMap((H): Case[] => [
    ...[0, 1, 2].flatMap((activation): Case[] => [
      {
        name: `rnnForward ${H}, activation ${activation}`,
        prepare(take) {
          const [a, h] = [take(H), take(H)];
          return (kernels) => kernels.rnnForward(a, H, activation, h);
        },
      },
      {
        name: `rnnBackward ${H}, activation ${activation}`,
        prepare(take) {
          const [dh, h, da] = [take(H), take(H), take(H)];
          return (kernels) => kernels.rnnBackward(dh, h, H, activation, da);
        },
      },
    ]),
    ...[0, 1].flatMap((after): Case[] => [
      {
        name: `gruGates ${H}, reset ${after ? 'after' : 'before'}`,
        prepare(take) {
          const [gates, h, rh] = [take(9 * H), take(3 * H), take(3 * H)];
          return (kernels) => kernels.gruGates(gates, h, 3, H, after ? 0 : rh);
        },
      },
      {
        name: `gruState ${H}, reset ${after ? 'after' : 'before'}`,
        prepare(take) {
          const [gates, hn, h, out] = [take(9 * H), take(3 * H), take(3 * H), take(3 * H)];
          return (kernels) => kernels.gruState(gates, after && hn, h, 3, H, out);
        },
      },
      {
        name: `gruStateBackward ${H}, reset ${after ? 'after' : 'before'}`,
        prepare(take) {
          const [gates, hn, h, dh] = [take(9 * H), take(3 * H), take(3 * H), take(3 * H)];
          return (kernels) => kernels.gruStateBackward(dh, gates, after && hn, h, 3, H);
        },
      },
    ]),
    {
      name: `gruResetBackward ${H}`,
      prepare(take) {
        const [gates, drh, h, dh] = [take(9 * H), take(3 * H), take(3 * H), take(3 * H)];
        return (kernels) => kernels.gruResetBackward(drh, gates, h, 3, H, dh);
      },
    },
    {
      name: `lstmForward ${H}`,
      prepare(take) {
        const [gates, c, next, h] = [take(12 * H), take(3 * H), take(3 * H), take(3 * H)];
        return (kernels) => kernels.lstmForward(gates, c, 3, H, next, h);
      },
    },
    {
      name: `lstmBackward ${H}`,
      prepare(take) {
        const [gates, c, h, dh, dc] = [take(12 * H), take(3 * H), take(3 * H), take(3 * H), take(3 * H)];
        return (kernels) => kernels.lstmBackward(dh, dc, gates, c, h, 3, H);
      },
    },
    ...[0, 1].map(
      (weighted): Case => ({
        name: `softmaxLoss over ${H + 1}, weights ${weighted}`,
        prepare(take, ids, double) {
          const [logits, weights, result, targets] = [take(5 * (H + 1)), take(5), double(), ids(5, H + 1)];
          return (kernels) => kernels.softmaxLoss(logits, targets, 5, H + 1, weighted && weights, 0.2, result);
        },
      }),
    ),
    {
      name: `logSoftmax over ${H}`,
      prepare(take) {
        const logits = take(3 * H);
        return (kernels) => kernels.logSoftmax(logits, 3, H, scratch);
      },
    },
    {
      name: `dropout ${H}`,
      prepare(take) {
        const [from, to] = [take(H), take(H)];
        const threshold = (0.4 * 4294967296) | 0;
        return (kernels) => kernels.dropout(from, H, 1000, 77, Math.imul(2, 0x9e3779b9), threshold, 1 / 0.6, to);
      },
    },
    {
      name: `squares of ${H}`,
      prepare(take, _ids, double) {
        const [x, result] = [take(H), double()];
        return (kernels) => kernels.squares(x, H, result);
      },
    },
    ...[0, 0.05].flatMap((limit): Case[] => [
      ...[0, 1].map(
        (keep): Case => ({
          name: `momentumUpdate of ${H}, momentum ${keep}, limit ${limit}`,
          prepare(take) {
            const [p, g, first] = [take(H), take(H), take(H)];
            return (kernels) => kernels.momentumUpdate(p, g, first, H, 0.5, limit, 0.1, 0.9, keep);
          },
        }),
      ),
      {
        name: `rmspropUpdate of ${H}, limit ${limit}`,
        prepare(take) {
          const [p, g, second] = [take(H), take(H), take(H)];
          return (kernels) => {
            kernels.clearRows(second, H, 1, H);
            kernels.rmspropUpdate(p, g, second, H, 0.5, limit, 0.01, 0.95, 1 - 0.95, 1e-8);
          };
        },
      },
      {
        name: `adamUpdate of ${H}, limit ${limit}`,
        prepare(take) {
          const [p, g, first, second] = [take(H), take(H), take(H), take(H)];
          const [rate, inverse] = [0.01 / (1 - 0.9 ** 3), 1 / Math.sqrt(1 - 0.999 ** 3)];
          return (kernels) => {
            kernels.clearRows(second, H, 1, H);
            const betas = [0.9, 1 - 0.9, 0.999, 1 - 0.999] as const;
            kernels.adamUpdate(p, g, first, second, H, 0.5, limit, ...betas, rate, inverse, 1e-8, 1 - 0.01 * 0.02);
          };
        },
      },
    ]),
  ]),
];

async function instance(build: Build) {
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES, shared: true });
  return { memory, kernels: instantiateKernels(compileKernels(dist, build), memory) };
}

/** Runs a case on the compiled kernels and on their twins, from the same memory, and compares every float below the scratch. */
function compare({ prepare }: Case, { memory, kernels }: Awaited<ReturnType<typeof instance>>): number {
  const random = new Random(7);
  const floats = new Float32Array(memory.buffer);
  const take = places();
  const ids = (count: number, below: number) => {
    const address = take(count);
    starts.push(() => {
      for (let i = 0; i < count; i++) new Int32Array(memory.buffer)[address / 4 + i] = random.below(below);
    });
    return address;
  };
  const starts: (() => void)[] = [];
  const doubles: number[] = [];
  const double = () => {
    doubles.push(take(2));
    return doubles[doubles.length - 1];
  };
  const call = prepare(take, ids, double);
  const used = take(0) / 4;
  for (let i = CONTROL / 4; i < used; i++) floats[i] = 2 * random.uniform() - 1;
  for (const start of starts) start();
  const copy = new ArrayBuffer(used * 4);
  new Uint8Array(copy).set(new Uint8Array(memory.buffer, 0, used * 4));
  call(kernels);
  call(createTwins(copy, kernels.panelColumns()));
  const expected = new Float32Array(copy);
  for (const address of doubles) {
    for (const array of [floats, expected]) {
      array.set([new Float64Array(array.buffer)[address / 8], 0], address / 4); // not as two halves
    }
  }
  let worst = 0;
  for (let i = 0; i < used; i++) {
    const difference = Math.abs(floats[i] - expected[i]) / (1 + Math.abs(expected[i]));
    if (!(difference <= worst)) worst = difference;
  }
  return worst;
}

allowRelaxedSimd();
const builds: Build[] = ['simd', 'relaxed', 'wide'];

describe.each(builds)('the %s kernels agree with their twins', (build) => {
  const compiled = instance(build);
  it('pack panels as wide as their register blocks', async () => {
    expect((await compiled).kernels.panelColumns()).toBe({ simd: 16, relaxed: WIDEST_PANEL, wide: 16 }[build]);
  });
  it.each(cases)('$name', async (one) => {
    expect(compare(one, await compiled)).toBeLessThan(3e-5);
  });
});

describe.each(builds)('σ and tanh of the %s kernels', (build) => {
  it('are accurate to 1e-6, saturate, and keep NaN', async () => {
    const { memory, kernels } = await instance(build);
    const floats = new Float32Array(memory.buffer);
    const count = 12001;
    const xs = Float32Array.from({ length: count }, (_, i) => (i - 6000) / 200); // −30 … 30
    const at = CONTROL / 4;
    floats.set(xs, at);
    kernels.rnnForward(CONTROL, count, 0, 4 * (at + count));
    const tanh = floats.slice(at + count, at + 2 * count);
    floats.set(xs, at); // as the r gates (1, H) of one row of (1, 3·H)
    kernels.gruGates(CONTROL, 0, 1, count, 0);
    const sigmoid = floats.slice(at, at + count);
    for (let i = 0; i < count; i++) {
      expect(Math.abs(tanh[i] - Math.tanh(xs[i]))).toBeLessThan(1e-6);
      expect(Math.abs(sigmoid[i] - 1 / (1 + Math.exp(-xs[i])))).toBeLessThan(1e-6);
      expect(Math.abs(tanh[i])).toBeLessThanOrEqual(1);
      expect(sigmoid[i]).toBeGreaterThanOrEqual(0);
      expect(sigmoid[i]).toBeLessThanOrEqual(1);
    }
    floats.set([Number.NaN, 1e30, -1e30, 0], at);
    kernels.rnnForward(CONTROL, 4, 0, CONTROL + 256);
    expect(Array.from(floats.slice(at + 64, at + 68))).toEqual([Number.NaN, 1, -1, 0]);
  });
});

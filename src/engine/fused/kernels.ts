import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canRevectorize } from './revectorize';

/**
 * The kernels that assembly/ exports and twin/ repeats in plain TypeScript. Addresses are bytes in the shared memory; sizes
 * and strides are counted in floats; what each does is told at its source in assembly/.
 */
export interface Kernels {
  /** Columns of a packed panel, which differ between the builds; at most `WIDEST_PANEL`. */
  panelColumns(): number;
  multiply(
    a: number,
    lda: number,
    rows: number,
    packed: number,
    k: number,
    n: number,
    c: number,
    ldc: number,
    add: number,
    scratch: number,
  ): void;
  packLeft(a: number, lda: number, k: number, m: number, to: number): void;
  outer(
    left: number,
    lda: number,
    m: number,
    b: number,
    ldb: number,
    k: number,
    n: number,
    c: number,
    ldc: number,
    add: number,
    scratch: number,
  ): void;
  packColumns(b: number, ld: number, k: number, n: number, to: number, first: number, last: number): void;
  packTransposed(b: number, ld: number, k: number, n: number, to: number, first: number, last: number): void;
  vectorMatrix(x: number, k: number, w: number, ld: number, n: number, y: number): void;
  matrixVector(x: number, k: number, w: number, n: number, y: number): void;
  gatherRows(ids: number, rows: number, table: number, width: number, bias: number, out: number): void;
  scatterRows(ids: number, rows: number, source: number, ld: number, width: number, table: number, ldt: number): void;
  columnSums(source: number, ld: number, rows: number, width: number, sums: number, add: number): void;
  addTo(x: number, n: number, to: number): void;
  clearRows(target: number, ld: number, rows: number, width: number): void;
  join(up: number, carry: number, rows: number, width: number, dh: number): void;
  rnnForward(a: number, size: number, activation: number, h: number): void;
  rnnBackward(dh: number, h: number, size: number, activation: number, da: number): void;
  gruGates(gates: number, h: number, rows: number, H: number, rh: number): void;
  gruState(gates: number, hn: number, h: number, rows: number, H: number, out: number): void;
  gruStateBackward(dh: number, gates: number, hn: number, h: number, rows: number, H: number): void;
  gruResetBackward(drh: number, gates: number, h: number, rows: number, H: number, dh: number): void;
  lstmForward(gates: number, c: number, rows: number, H: number, next: number, h: number): void;
  lstmBackward(dh: number, dc: number, gates: number, c: number, h: number, rows: number, H: number): void;
  softmaxLoss(
    logits: number,
    targets: number,
    rows: number,
    V: number,
    weights: number,
    mean: number,
    result: number,
  ): void;
  logSoftmax(logits: number, rows: number, V: number, work: number): void;
  dropout(
    from: number,
    size: number,
    index: number,
    seed: number,
    mix: number,
    threshold: number,
    scale: number,
    to: number,
  ): void;
  squares(x: number, n: number, result: number): void;
  momentumUpdate(
    p: number,
    g: number,
    first: number,
    n: number,
    scale: number,
    limit: number,
    lr: number,
    momentum: number,
    keep: number,
  ): void;
  rmspropUpdate(
    p: number,
    g: number,
    second: number,
    n: number,
    scale: number,
    limit: number,
    lr: number,
    alpha: number,
    rest: number,
    epsilon: number,
  ): void;
  adamUpdate(
    p: number,
    g: number,
    first: number,
    second: number,
    n: number,
    scale: number,
    limit: number,
    beta1: number,
    rest1: number,
    beta2: number,
    rest2: number,
    rate: number,
    inverse: number,
    epsilon: number,
    keep: number,
  ): void;
}

/** Columns of the widest packed panel of any build. */
export const WIDEST_PANEL = 24;

/** Floats of a cache line: the grain in which threads share out what is not in panels. */
export const LINE = 16;

/** Rows and steps of k that a product takes at a time. */
export const BLOCK = 256;

/** Byte of a thread's scratch memory from which on `outer` leaves it alone: behind a register block, (6, 16) or (4, 24), and four panels. */
export const BEHIND_PANELS = 4 * 6 * 16 + 4 * BLOCK * 4 * WIDEST_PANEL;

/** Bytes of scratch memory that one thread's products need: as much, and a block of A. */
export const SCRATCH = BEHIND_PANELS + 4 * BLOCK * BLOCK;

/** The builds of the kernels: 128-bit SIMD; with fused multiply-add; and for a V8 that widens pairs of instructions to 256 bits. */
export type Build = 'simd' | 'relaxed' | 'wide';

const compiled = new Map<string, WebAssembly.Module>();

const path = (dist: string, build: Build) => join(dist, 'fused', `${build}.wasm`);

/**
 * The fastest build that this process can run.
 * @param dist folder that holds fused/*.wasm
 * @param revectorized whether V8 was told to widen the kernels' instructions, if it can
 */
export function bestBuild(dist: string, revectorized = false): Build {
  if (!WebAssembly.validate(readFileSync(path(dist, 'relaxed')))) return 'simd';
  return revectorized && canRevectorize() ? 'wide' : 'relaxed';
}

/**
 * Compiles a build of the kernels once per process. Takes some milliseconds at once, because a process that only awaits a
 * compilation has nothing that keeps it alive.
 * @param dist folder that holds fused/*.wasm
 */
export function compileKernels(dist: string, build: Build): WebAssembly.Module {
  const file = path(dist, build);
  const module = compiled.get(file) ?? new WebAssembly.Module(readFileSync(file));
  compiled.set(file, module);
  return module;
}

/** An instance of the kernels on a memory; each thread has its own. */
export function instantiateKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernels {
  const abort = () => {
    throw new Error('A kernel of the fused engine stopped.');
  };
  const { exports } = new WebAssembly.Instance(module, { env: { memory, abort } });
  return exports as unknown as Kernels;
}

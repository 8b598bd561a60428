import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createState, type Engine, type OptimizerStep } from '../../engine/engine';
import { createFusedEngine, type FusedEngine } from '../../engine/fused';
import { createTfjsEngine } from '../../engine/tfjs';
import { initialise } from '../../model/initialisation';
import { Random } from '../../model/random';
import { arithmetic, median, type Row } from './rows';

/** Something that runs training steps of one row for a while. */
export interface Contestant {
  readonly name: string;
  /** Milliseconds of a step, the median over some seconds. */
  round(seconds: number): Promise<number>;
  dispose(): void;
}

/** An engine of ours, which also tells its fastest step of all rounds, in milliseconds. */
export interface Timed extends Contestant {
  fastest(): number;
}

/** The Adam update that is timed. */
export function adam(count: number): OptimizerStep {
  const rates = { learningRate: 0.002, momentum: 0, alpha: 0, beta1: 0.9, beta2: 0.999 };
  return { kind: 'adam', ...rates, epsilon: 1e-8, weightDecay: 0, clipValue: 0, count };
}

/** An engine of ours: forward, backward, clipping by norm, Adam, on random tokens. */
function contestant(name: string, engine: Engine, { shape, steps, batch }: Row, warm: number): Timed {
  const random = new Random(1);
  initialise(engine.parameters, 'uniform', 1);
  const ids = () => Int32Array.from({ length: steps * batch }, () => random.below(shape.vocabulary)); // (T, B)
  const window = { steps, batch, inputs: ids(), targets: ids() };
  const state = createState(shape, batch);
  let count = 0;
  const step = () => {
    const start = performance.now();
    const { norm } = engine.gradient(window, state);
    engine.apply(adam(++count), Math.min(1, 1 / norm));
    return performance.now() - start;
  };
  let fastest = Number.POSITIVE_INFINITY;
  return {
    name,
    async round(seconds) {
      const times: number[] = [];
      while (count < warm) step();
      const until = performance.now() + seconds * 1000;
      while (times.length === 0 || performance.now() < until) times.push(step());
      fastest = Math.min(fastest, ...times);
      return median(times);
    },
    fastest: () => fastest,
    dispose: () => engine.dispose(),
  };
}

/** The fused engine with some threads; also gives the rate of its own matrix product on the same threads. */
export async function fused(row: Row, dist: string, threads: number, revectorized = false) {
  const engine = await createFusedEngine(row.shape, { dist, threads, revectorized });
  return { ...contestant(`fused ${threads}`, engine, row, 5), peak: (seconds: number) => productRate(engine, seconds) };
}

/** Billions of floating-point operations a second of the matrix product alone; the fastest of many short runs. */
function productRate(engine: FusedEngine, seconds: number): number {
  let best = 0;
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until) {
    const start = performance.now();
    const operations = engine.product();
    best = Math.max(best, operations / 1e6 / (performance.now() - start));
  }
  return best;
}

/** Rough speed of the tfjs backends, in GFLOP/s, that decides which rows are worth waiting for. */
const speeds = { wasm: 3, cpu: 0.5 };

/** The tfjs engine, unless one step would take longer than `limit` seconds. */
export async function tfjs(row: Row, dist: string, backend: 'wasm' | 'cpu', limit: number) {
  if (arithmetic(row) / speeds[backend] > limit) return undefined;
  return contestant(`tfjs ${backend}`, await createTfjsEngine(row.shape, { dist, backend }), row, 1);
}

/** Where PyTorch is and what it reads. */
export interface Peer {
  readonly python: string;
  readonly script: string;
  /** A text for vocabularies of letters, and one for larger ones. */
  readonly letters: string;
  readonly text: string;
}

/** The fused engine widened to 256 bits, by this program under another Node, in a process of its own for each round. */
export function wide({ name }: Row, dist: string, node: string, threads: number): Contestant {
  const own = ['--revectorize', '--only', name, '--threads', String(threads), '--rounds', '1', '--tfjs', '0', '--json'];
  return {
    name: 'fused, 256 bit',
    async round(seconds) {
      const args = [join(dist, 'cli.js'), 'bench', ...own, '--seconds', String(seconds)];
      const { stdout } = await promisify(execFile)(node, args);
      const { milliseconds } = JSON.parse(stdout) as { milliseconds: Record<string, { median: number }> };
      return milliseconds[`fused ${threads}`].median;
    },
    dispose: () => undefined,
  };
}

/** Whether that Python has torch. */
export async function hasTorch(python: string): Promise<boolean> {
  return promisify(execFile)(python, ['-c', 'import torch']).then(
    () => true,
    () => false,
  );
}

/** PyTorch with some threads, in a process of its own for each round. */
export function pytorch({ shape, batch, steps }: Row, peer: Peer, threads: number): Contestant {
  // Both variables would pin Debian's OpenBLAS to kernels of another machine.
  const { OPENBLAS_CORETYPE: _core, OPENBLAS_L2_SIZE: _cache, ...env } = process.env;
  const letters = shape.vocabulary < 40;
  const options = {
    data: letters ? peer.letters : peer.text,
    normalize: letters ? 'letters' : 'none',
    ...{ cell: shape.cell, hidden: shape.hidden, layers: shape.layers, batch, steps, threads },
  };
  const list = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return {
    name: `PyTorch ${threads}`,
    async round(seconds) {
      const run = promisify(execFile)(peer.python, [peer.script, ...list, '--bench', String(seconds)], { env });
      return (JSON.parse((await run).stdout) as { ms_per_step: number }).ms_per_step;
    },
    dispose: () => undefined,
  };
}

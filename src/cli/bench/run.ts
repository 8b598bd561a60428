import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { defaultThreads } from '../../engine/fused';
import { toJson } from '../../protocol/json';
import { showPath } from '../../text/quote';
import { UserError } from '../../text/user-error';
import type { Surroundings } from '../surroundings';
import { allowRevectorization } from '../v8-flags';
import { type Contestant, fused, hasTorch, type Peer, pytorch, tfjs, wide } from './contestants';
import { epochTime, generationSpeed } from './extras';
import type { BenchOptions as Options } from './options';
import { arithmetic, type Row, rows, type Timing, timing } from './rows';

/** Measures and prints the rows one after the other, then generation and an epoch. */
export async function bench(options: Options, { dist, out, say }: Surroundings): Promise<void> {
  if (options.revectorize) allowRevectorization();
  const chosen = rows.filter(({ name }) => name.includes(options.only ?? ''));
  if (chosen.length === 0) {
    throw new UserError(
      `--only ${options.only}: no row has this name; there are ${rows.map((r) => r.name).join(', ')}.`,
    );
  }
  const peer = await findPeer(options, dist, say);
  const threads = options.threads || defaultThreads();
  const show = (result: object, line: string) => out(options.json ? toJson(result) : line);
  if (!options.json) await out(heading(threads));
  for (const row of chosen) {
    const result = await measure(row, options, dist, threads, peer);
    await show(result, tableLine(result));
  }
  if (options.only) return;
  const speed = await generationSpeed(dist, Math.max(3, options.rounds));
  const whole = (n: number) => Math.round(n).toLocaleString('en');
  const spread = `${whole(speed.low)} to ${whole(speed.high)}`;
  await show(
    { generation: speed },
    `Generation, GRU-256, one row, one thread: ${whole(speed.median)} characters a second (${spread}).`,
  );
  const file = textFile(options, dist, 'tinyshakespeare.txt');
  const epoch = await epochTime(readFileSync(file, 'utf8'), basename(file), dist, threads);
  await show(
    { epoch },
    `One epoch of ${epoch.text} (${whole(epoch.characters)} characters), GRU-256, ${threads} threads: ${epoch.seconds.toFixed(1)} s.`,
  );
}

function textFile({ texts }: Options, dist: string, name: string): string {
  const file = join(texts ?? '', name);
  return texts && existsSync(file) ? file : join(dist, 'samples', 'moby-dick.txt');
}

async function findPeer(
  options: Options,
  dist: string,
  say: (line: string) => Promise<void>,
): Promise<Peer | undefined> {
  if (!options.pytorch) return undefined;
  if (!existsSync(options.pytorch))
    throw new UserError(`--pytorch ${showPath(options.pytorch)}: there is no such file.`);
  if (!(await hasTorch(options.python))) {
    await say(`${showPath(options.python)} has no torch, so PyTorch is left out.`);
    return undefined;
  }
  return {
    python: options.python,
    script: options.pytorch,
    letters: textFile(options, dist, 'timemachine.txt'),
    text: textFile(options, dist, 'tinyshakespeare.txt'),
  };
}

interface Result {
  readonly row: string;
  /** Milliseconds of a step, by contestant. */
  readonly milliseconds: Readonly<Record<string, Timing>>;
  readonly threads: number;
  /** GFLOP/s of the whole step and of the matrix product alone, all threads; the latter of the fastest of many short runs. */
  readonly rate: number;
  readonly peak: number;
  /** The rate of the fastest step over that of the fastest product. */
  readonly ofPeak: number;
  /** PyTorch's best thread count over ours; absent without PyTorch. */
  readonly oneThread?: number;
  readonly allThreads?: number;
  readonly overWasm?: number;
  /** PyTorch's best thread count over ours widened to 256 bits. */
  readonly wide?: number;
}

/** Measures one row, the contestants taking turns, so that a slow moment of the machine strikes them all. */
async function measure(
  row: Row,
  { seconds, rounds, tfjs: limit, revectorize, wide: node }: Options,
  dist: string,
  threads: number,
  peer: Peer | undefined,
): Promise<Result> {
  const all = await fused(row, dist, threads, revectorize);
  const contestants: (Contestant | undefined)[] = [await fused(row, dist, 1, revectorize), all];
  if (node) contestants.push(wide(row, dist, node, threads));
  if (peer) contestants.push(...[1, threads].map((count) => pytorch(row, peer, count)));
  for (const backend of ['wasm', 'cpu'] as const) contestants.push(await tfjs(row, dist, backend, limit));
  const present = contestants.filter((one) => one !== undefined);
  const times = new Map<string, number[]>(present.map(({ name }) => [name, []]));
  let peak = 0;
  for (let round = 0; round < rounds; round++) {
    for (const one of present) times.get(one.name)?.push(await one.round(seconds));
    peak = Math.max(peak, all.peak(seconds / 4));
  }
  const ofPeak = (1000 * arithmetic(row)) / all.fastest() / peak;
  for (const one of present) one.dispose();
  const milliseconds = Object.fromEntries([...times].map(([name, values]) => [name, timing(values)]));
  const of = (name: string) => milliseconds[name]?.median;
  const torch = Math.min(of('PyTorch 1') ?? Number.NaN, of(`PyTorch ${threads}`) ?? Number.NaN);
  const ours = of(`fused ${threads}`);
  return {
    row: row.name,
    milliseconds,
    threads,
    rate: (1000 * arithmetic(row)) / ours,
    peak,
    ofPeak,
    ...(peer && { oneThread: torch / of('fused 1'), allThreads: torch / ours }),
    ...(peer && node && { wide: torch / of('fused, 256 bit') }),
    ...(of('tfjs wasm') && { overWasm: of('tfjs wasm') / ours }),
  };
}

const columns = [12, 22, 22, 22, 22, 22, 10, 10, 9, 9, 9, 9, 9, 9];

function line(cells: readonly string[]): string {
  return cells.map((cell, i) => (i === 0 ? cell.padEnd(columns[i]) : cell.padStart(columns[i]))).join('');
}

function heading(threads: number): string {
  const first = line([
    ...[
      'ms a step',
      'fused, 1 thread',
      `fused, ${threads}`,
      `fused, ${threads}, 256 bit`,
      'PyTorch, 1 thread',
      `PyTorch, ${threads}`,
      'tfjs wasm',
      'tfjs cpu',
    ],
    ...['GFLOP/s', 'of peak', '1:PyT', 'all:PyT', '256:PyT', 'all:wasm'],
  ]);
  return `Medians of the rounds (and their range); of peak: the fastest step against the fastest matrix product. The ratios say how many times faster the fused engine is than PyTorch at its best thread count, with one thread, with all, and with all widened to 256 bits (under the Node of --wide), and than tfjs wasm.\n${first}`;
}

function tableLine(result: Result): string {
  const { row, milliseconds, threads, rate, ofPeak, oneThread, allThreads, overWasm, wide } = result;
  const spread = (name: string) => {
    const time = milliseconds[name];
    return time ? `${digits(time.median)} (${digits(time.low)}–${digits(time.high)})` : '–';
  };
  const short = (name: string) => (milliseconds[name] ? digits(milliseconds[name].median) : '–');
  const ratio = (value?: number) => (value ? `${value.toFixed(2)}×` : '–');
  return line([
    ...[row, spread('fused 1'), spread(`fused ${threads}`), spread('fused, 256 bit')],
    ...[spread('PyTorch 1'), spread(`PyTorch ${threads}`)],
    ...[short('tfjs wasm'), short('tfjs cpu'), rate.toFixed(0), `${(100 * ofPeak).toFixed(0)}%`],
    ...[ratio(oneThread), ratio(allThreads), ratio(wide), ratio(overWasm)],
  ]);
}

function digits(milliseconds: number): string {
  return milliseconds < 100 ? milliseconds.toFixed(1) : milliseconds.toFixed(0);
}

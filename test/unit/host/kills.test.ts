import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { checkpointStep } from '../../../src/host/checkpoint-step';
import { History } from '../../../src/host/history';
import { RunStore, type StoredRun } from '../../../src/host/run-store';
import { Random } from '../../../src/model/random';
import { dist } from './support/window';

/** How often a training window is killed; `npm test` takes a few. */
const kills = Number(process.env.RECURRENT_KILLS ?? 3);
const steps = Number(process.env.RECURRENT_KILL_STEPS ?? 12_000);
/** What may be lost of what a window told before it was killed: what it told within so many milliseconds. */
const unsaved = 2500;

interface Told {
  readonly step?: number;
  readonly finished?: boolean;
  readonly problems?: string[];
  readonly failed?: string;
}

/** Whether the folder has a run's record. */
function isStored(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).some((id) => existsSync(join(folder, id, 'run.json')));
}

/** A window in a process of its own. */
class Training {
  readonly told: { readonly at: number; readonly step: number }[] = [];
  last: Told = {};
  readonly ended: Promise<void>;
  private readonly child: ChildProcess;

  constructor(bundle: string, folder: string, texts: string) {
    this.child = fork(bundle, [folder, dist, texts, String(steps)], { execArgv: [], stdio: 'inherit' });
    this.child.on('message', (told: Told) => {
      this.last = told;
      if (told.step !== undefined) this.told.push({ at: Date.now(), step: told.step });
    });
    this.ended = new Promise((resolve) => this.child.once('exit', () => resolve()));
  }

  /** Resolves when it trains, and has done some steps, or has ended. */
  async trains(step = 0): Promise<void> {
    while ((this.told.at(-1)?.step ?? -1) < step && this.child.exitCode === null && this.child.signalCode === null) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}

describe('A training window that is killed at any moment', () => {
  const home = mkdtempSync(join(tmpdir(), 'recurrent-kills-'));
  const bundle = join(home, 'window.js');
  const texts = join(home, 'texts');
  const random = new Random(7);
  const started: Training[] = [];
  const open = (folder: string): Training => {
    const training = new Training(bundle, folder, texts);
    started.push(training);
    return training;
  };

  beforeAll(async () => {
    await build({
      entryPoints: [join(__dirname, 'support/training-window.ts')],
      bundle: true,
      platform: 'node',
      target: 'node20',
      outfile: bundle,
      alias: { vscode: join(__dirname, 'support/vscode.ts') },
      logLevel: 'error',
    });
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((training) => training.kill()));
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  /** Lets a window train to the end. */
  async function finish(folder: string): Promise<void> {
    const training = open(folder);
    await training.ended;
    expect(training.last).toEqual({ finished: true, problems: [] });
  }

  async function read(folder: string): Promise<{ run: StoredRun; history: History }> {
    const problems: string[] = [];
    const store = new RunStore(folder, (...problem) => problems.push(problem.join(' ')));
    const [run, ...others] = await store.list();
    expect(others).toEqual([]);
    const history = new History();
    await store.folder(run.record.id).readHistory(history);
    expect(problems).toEqual([]);
    return { run, history };
  }

  const columns = ({ history }: { history: History }) => history.stretch().stretch.columns;

  const isThere = async (folder: string) => (await new RunStore(folder, () => undefined).list()).length > 0;

  /** What the disk holds after a kill agrees with itself. Returns the number of the last step. */
  async function check(folder: string): Promise<number> {
    const { run, history } = await read(folder);
    const at = history.lastStep;
    expect([...columns({ history }).step]).toEqual(Array.from({ length: at }, (_, i) => i + 1));
    for (const kind of ['best', 'latest']) {
      const step = await checkpointStep(join(folder, run.record.id, `${kind}.safetensors`));
      expect(step ?? 0, kind).toBeLessThanOrEqual(at);
      const evaluations = history.evaluations.map((event) => event.step);
      for (let due = 40; due <= (step ?? 0); due += 40) expect(evaluations).toContain(due);
    }
    expect(run.record.name).toBe('GRU-8 · text.txt');
    return at;
  }

  async function compare(folder: string, uninterrupted: string): Promise<void> {
    const [one, other] = [await read(folder), await read(uninterrupted)];
    for (const name of ['step', 'epoch', 'loss', 'gradNorm', 'clipScale', 'clip', 'learningRate'] as const) {
      const [a, b] = [columns(one)[name], columns(other)[name]];
      expect(a.length, name).toBe(b.length);
      expect(
        a.findIndex((value, i) => !Object.is(value, b[i])),
        name,
      ).toBe(-1);
    }
    const measured = ({ history }: { history: History }) => history.evaluations;
    expect(measured(one)).toEqual(measured(other));
    expect(one.history.continuations).toEqual(other.history.continuations);
    const weights = (path: string, id: string) => {
      const bytes = readFileSync(join(path, id, 'best.safetensors'));
      return bytes.subarray(8 + Number(bytes.readBigUInt64LE()));
    };
    expect(weights(folder, one.run.record.id).equals(weights(uninterrupted, other.run.record.id))).toBe(true);
  }

  it.each([1, 2])(
    'loses no more than its last seconds, and ends bit for bit as without, with %i window(s)',
    async (windows) => {
      const uninterrupted = join(home, `uninterrupted-${windows}`);
      const folder = join(home, `killed-${windows}`);
      await finish(uninterrupted);
      let trainings = [open(folder)];
      if (windows > 1) await trainings[0].trains(100);
      // What begins later finds the run that the first one began.
      while (trainings.length < windows) trainings.push(open(folder));
      let worst = 0;
      let done = 0;
      for (; done < kills; done++) {
        await Promise.race(trainings.map((training) => training.trains()));
        // Before that there is nothing that could be lost.
        while (!isStored(folder)) await new Promise((resolve) => setTimeout(resolve, 5));
        await new Promise((resolve) => setTimeout(resolve, Math.floor(800 * random.uniform())));
        const victim = trainings[Math.floor(trainings.length * random.uniform())];
        if (trainings.some(({ last }) => last.finished)) break;
        await victim.kill();
        const now = Date.now();
        // Of others the files are written meanwhile; and within a moment of its start there may be no run yet.
        const last = victim.told.at(-1)?.step ?? 0;
        if (windows === 1 && (last > 0 || (await isThere(folder)))) {
          const at = await check(folder);
          const old = victim.told.filter((told) => told.at < now - unsaved).at(-1)?.step ?? 0;
          expect(at).toBeGreaterThanOrEqual(old);
          worst = Math.max(worst, last - at);
        }
        for (const { last } of trainings) expect(last.failed).toBeUndefined();
        trainings = trainings.map((training) => (training === victim ? open(folder) : training));
      }
      await Promise.all(trainings.map(({ ended }) => ended));
      for (const { last } of trainings) expect(last).toEqual({ finished: true, problems: [] });
      await check(folder);
      await compare(folder, uninterrupted);
      console.log(`${done} kills with ${windows} window(s); at most ${worst} steps lost at one`);
      expect(done).toBeGreaterThan(0);
    },
    300_000,
  );
});

import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll } from 'vitest';
import { readCheckpoint } from '../../../src/model/checkpoint';

/** The built command line. */
export const cli = resolve(__dirname, '../../../dist/cli.js');

/** Options of a run of well under a second. */
export const tiny = '--hidden 8 --batch 2 --steps 8 --max-steps 6 --threads 1 --length 5'.split(' ');

/** A run that goes on until it is stopped. */
export const endless = '--hidden 8 --batch 2 --steps 8 --threads 1 --length 5 --epochs 100000'.split(' ');

/** Forty lines about a fox. */
export const fox = 'The quick brown fox jumps over the lazy dog.\n'.repeat(40);

/** A folder of these tests' own, and paths in it. It goes when they are over. */
export function ownFolder(name: string): { folder: string; at: (name: string) => string } {
  const folder = mkdtempSync(join(tmpdir(), `recurrent-${name}-`));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return { folder, at: (name) => join(folder, name) };
}

/** Runs a command to its end. */
export function recurrent(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** Runs a line of a shell in which $R is the command line. */
export function shell(line: string, cwd: string) {
  const env = { ...process.env, R: cli, NODE: process.execPath };
  const { status, stdout, stderr } = spawnSync('bash', ['-c', `R() { "$NODE" "$R" "$@"; }; ${line}`], {
    encoding: 'utf8',
    cwd,
    env,
  });
  return { status, stdout, stderr };
}

/** A command that runs beside the test, and what it has said so far. */
export class Running {
  stdout = '';
  stderr = '';
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;

  constructor(args: readonly string[], options: SpawnOptions = {}) {
    this.child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    this.child.stdout?.setEncoding('utf8').on('data', (part: string) => {
      this.stdout += part;
    });
    this.child.stderr?.setEncoding('utf8').on('data', (part: string) => {
      this.stderr += part;
    });
    this.ended = new Promise((done) => this.child.on('exit', (code, signal) => done({ code, signal })));
  }

  /** Waits until something is so; fails with what the command has said if it ends first or takes too long. */
  async until(isSo: () => boolean, what: string): Promise<void> {
    for (let waited = 0; !isSo(); waited += 20) {
      const { exitCode, signalCode } = this.child;
      if (exitCode !== null || signalCode !== null || waited > 30_000)
        throw new Error(`${what}: ${this.stdout}${this.stderr}`);
      await new Promise((done) => setTimeout(done, 20));
    }
  }
}

/** One JSON object a line. A line that was cut off by a kill is left out. */
export function events(stdout: string): Record<string, unknown>[] {
  const lines = stdout.slice(0, stdout.lastIndexOf('\n') + 1).trim();
  return lines ? lines.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>) : [];
}

/** The step of the model that a file holds. */
export function stepIn(path: string): number | undefined {
  return readCheckpoint(readFileSync(path), path).resume?.progress.step;
}

/** Letters drawn by chance, which can be learnt by heart and not foreseen. */
export function randomLetters(length: number): string {
  let seed = 7;
  return Array.from({ length }, () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return 'abcdefgh'[Math.floor(seed / 2 ** 16) % 8];
  }).join('');
}

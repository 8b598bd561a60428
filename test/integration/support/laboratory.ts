import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { ObservedRun, RecurrentApi } from '../../../src/host/api';
import { type Configuration, parseConfiguration } from '../../../src/model/configuration';
import type { RunState } from '../../../src/protocol/runs';

export const extension = vscode.extensions.getExtension<RecurrentApi>('recurrent.recurrent')!;

/** The activated extension's window for tests. */
export async function activated(): Promise<RecurrentApi> {
  return extension.activate();
}

/** Absolute path of `dist`. */
export function dist(): string {
  return join(extension.extensionUri.fsPath, 'dist');
}

/** The beginning of a real text. */
export function realText(characters: number): string {
  return readFileSync(join(dist(), 'samples', 'moby-dick.txt'), 'utf8').slice(0, characters);
}

/** A model small enough to learn something in seconds on the reference engine. */
export function small(change: { [group in keyof Configuration]?: Partial<Configuration[group]> } = {}): Configuration {
  const training = { batch: 8, steps: 16, lr: 0.01, epochs: 1000, evaluateEvery: 20, engine: 'tfjs' };
  return parseConfiguration(
    {
      text: { normalize: 'letters', limit: 20_000, ...change.text },
      model: { hidden: 16, ...change.model },
      training: { ...training, ...change.training },
      generation: { length: 30, ...change.generation },
    },
    'test',
  );
}

/** Ends and deletes every run, so that a suite leaves nothing that trains. */
export async function deleteAll(): Promise<void> {
  const api = await activated();
  for (const { id } of [...api.runs]) await api.delete(id);
}

/** A folder for the files of one suite. */
export class Scratch {
  readonly path = mkdtempSync(join(tmpdir(), 'recurrent-integration-'));

  write(name: string, content: string | Uint8Array): vscode.Uri {
    const file = join(this.path, name);
    writeFileSync(file, content);
    return vscode.Uri.file(file);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Waits until something holds. Rejects after a time, saying what was waited for and `now()`. */
export async function until(
  what: string,
  holds: () => boolean,
  now: () => unknown = () => '',
  seconds = 40,
): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`Waited ${seconds} s in vain until ${what}. Now: ${JSON.stringify(now())}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Waits until a run is in a state. */
export function untilState(run: ObservedRun, ...states: RunState[]): Promise<void> {
  const now = () => ({ state: run.summary.state, message: run.summary.message, steps: run.history.steps });
  return until(`${run.id} is ${states.join(' or ')}`, () => states.includes(run.summary.state), now);
}

/** Waits until a run has done some steps. */
export function untilStep(run: ObservedRun, step: number): Promise<void> {
  const now = () => ({ state: run.summary.state, message: run.summary.message, steps: run.history.steps });
  return until(`${run.id} has done ${step} steps`, () => run.history.lastStep >= step, now);
}

type Show = (message: string, ...rest: unknown[]) => Thenable<unknown>;
type Window = Record<'showErrorMessage' | 'showWarningMessage' | 'showInformationMessage', Show>;

/** Collects what the extension tells the person while it lives, and answers each message with a button, if asked to. */
export class Messages implements vscode.Disposable {
  readonly shown: string[] = [];
  private readonly originals = { ...(vscode.window as unknown as Window) };
  answer: string | undefined;

  constructor() {
    const window = vscode.window as unknown as Window;
    for (const name of ['showErrorMessage', 'showWarningMessage', 'showInformationMessage'] as const) {
      window[name] = async (message, ...rest) => {
        this.shown.push(message);
        return rest.find((action) => action === this.answer);
      };
    }
  }

  /** The newest message, once there is one. */
  async next(): Promise<string> {
    await until('a message is shown', () => this.shown.length > 0);
    return this.shown.pop()!;
  }

  dispose(): void {
    const { showErrorMessage, showWarningMessage, showInformationMessage } = this.originals;
    Object.assign(vscode.window, { showErrorMessage, showWarningMessage, showInformationMessage });
  }
}

/** One sentence or a few, for a person: no stack, no path of our code, no exception's name. */
export function isPlain(message: string): boolean {
  return /^\S.*[.?]$/s.test(message) && !/\n\s+at |Error:|undefined|\[object|NaN/.test(message) && message.length < 400;
}

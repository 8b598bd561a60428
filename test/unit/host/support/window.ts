import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { RunStore } from '../../../../src/host/run-store';
import { Runs } from '../../../../src/host/runs';
import { type Configuration, parseConfiguration } from '../../../../src/model/configuration';
import { EventEmitter, Uri } from './vscode';

/** The folder `dist` of the build. */
export const dist = resolve(__dirname, '../../../../dist');

type Log = ConstructorParameters<typeof Runs>[2];

const nothing = () => undefined;

/** A log that nobody reads. */
export const log: Log = {
  name: 'test',
  logLevel: 0,
  onDidChangeLogLevel: new EventEmitter<never>().event,
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  append: nothing,
  appendLine: nothing,
  replace: nothing,
  clear: nothing,
  show: nothing,
  hide: nothing,
  dispose: nothing,
};

/** A window of the editor, as far as runs are concerned. */
export interface Window {
  readonly runs: Runs;
  readonly store: RunStore;
  /** What could not be read or written. */
  readonly problems: string[];
}

/** Opens a window whose runs are in a folder. @param built the folder `dist`, where it is not found from here */
export function openWindow(folder: string, built = dist): Window {
  const problems: string[] = [];
  const store = new RunStore(folder, (...problem) => problems.push(problem.join(' | ')));
  return { runs: new Runs(store, built, log), store, problems };
}

/** A text to learn, in a file of a folder that is made for it. */
export function textIn(folder: string, content = defaultText()) {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'text.txt');
  writeFileSync(path, content);
  return { bytes: new TextEncoder().encode(content), source: 'text.txt', uri: Uri.file(path), saved: true };
}

function defaultText(): string {
  const words = 'the quick brown fox jumps over a lazy dog while seven wizards mix bright potions'.split(' ');
  return Array.from({ length: 4000 }, (_, i) => words[(i * i + 3 * i) % words.length]).join(' ');
}

/** A model that takes well under a millisecond a step, on one thread, so that its losses are the same each time. */
export function tiny(training: Partial<Configuration['training']> = {}): Configuration {
  const quick = { batch: 4, steps: 8, lr: 0.01, epochs: 1000, evaluateEvery: 40, threads: 1 };
  return parseConfiguration(
    {
      text: { limit: 8000 },
      model: { hidden: 8, dropout: 0.1 },
      training: { ...quick, ...training },
      generation: { length: 5 },
    },
    'Test',
  );
}

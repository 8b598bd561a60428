import * as vscode from 'vscode';
import type { Configuration } from '../model/configuration';
import type { ContinueResult } from '../protocol/generation';
import type { RunSummary } from '../protocol/runs';
import type { Generator } from './generator';
import type { GradientFlow, ShownFlow } from './gradient-flow';
import type { History } from './history';
import type { Run } from './run';
import type { RunStore } from './run-store';
import type { Runs } from './runs';
import { readConfiguration } from './settings';
import type { StatusBar } from './status-bar';
import type { Trainer } from './trainer';

/** A run as tests see it. */
export interface ObservedRun {
  readonly id: string;
  readonly summary: RunSummary;
  readonly history: History;
  readonly folder: { readonly path: string };
  /** Resolves when everything is on disk. */
  save(): Promise<void>;
}

/** What `activate` returns: a small window into the extension, for its tests. */
export interface RecurrentApi {
  /** Newest first. */
  readonly runs: readonly ObservedRun[];
  readonly front: ObservedRun | undefined;
  readonly onDidChangeRun: vscode.Event<ObservedRun>;
  /** The text of the status bar item. */
  readonly statusText: string;
  /** The gradient flow that is tinted in a text now. */
  readonly shownFlow: ShownFlow | undefined;
  /** Settings as a run would take them now. */
  readConfiguration(resource?: vscode.Uri): Configuration;
  /** Starts a run with a given configuration, without opening the panel. Rejects as the command would complain. */
  train(uri: vscode.Uri, configuration: Configuration): Promise<ObservedRun>;
  /** Ends a run's worker as a crash would. */
  kill(run: string): Promise<void>;
  /** Changes what may change while a run trains, as the panel does. */
  adjust(run: string, change: { lr?: number; clip?: number }): void;
  /** Lets a stopped run go on from its newest checkpoint. */
  goOn(run: string): Promise<void>;
  /** Deletes a run without asking. */
  delete(run: string): Promise<void>;
  /** Reads the records on disk as a window that opens does. */
  readStored(): Promise<readonly { readonly id: string; readonly state: string; readonly message: string }[]>;
  /** Samples from a run's weights. */
  continue(run: string, prompt: string, length: number): Promise<ContinueResult>;
}

/** Makes the window that tests look through. */
export function observe(
  runs: Runs,
  trainer: Trainer,
  generator: Generator,
  gradientFlow: GradientFlow,
  store: RunStore,
  statusBar: StatusBar,
): RecurrentApi {
  const find = (id: string): Run => {
    const run = runs.get(id);
    if (!run) throw new Error(`No run ${id}`);
    return run;
  };
  return {
    get runs() {
      return runs.all;
    },
    get front() {
      return runs.front;
    },
    onDidChangeRun: runs.onDidChangeRun,
    get statusText() {
      return statusBar.text;
    },
    get shownFlow() {
      return gradientFlow.shown;
    },
    readConfiguration,
    train: (uri, configuration) => trainer.train(uri, configuration),
    kill: async (id) => runs.session(find(id))?.kill(),
    adjust: (id, change) => runs.session(find(id))?.adjust(change),
    goOn: (id) => trainer.goOn(find(id)),
    delete: (id) => runs.delete(find(id)),
    readStored: async () => (await store.list()).map(({ record }) => record),
    continue: async (id, prompt, length) => {
      const options = { ...readConfiguration().generation, length, prompt: '' };
      const source = new vscode.CancellationTokenSource();
      return generator.continue(find(id), { prompt, options, seed: 0 }, source.token);
    },
  };
}

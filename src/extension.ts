import './host/without-eval';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { observe, type RecurrentApi } from './host/api';
import { Commands } from './host/commands';
import { Completions } from './host/completion';
import { ContextKeys } from './host/context-keys';
import { Generator } from './host/generator';
import { GradientFlow } from './host/gradient-flow';
import { reportProblem, showError } from './host/messages';
import { Panels } from './host/panel';
import { RunStore } from './host/run-store';
import { Runs } from './host/runs';
import { RunsTree } from './host/runs-tree';
import { Samples } from './host/samples';
import { MetricsView } from './host/sidebar';
import { StatusBar } from './host/status-bar';
import { Trainer } from './host/trainer';

/** What outlives `context.subscriptions`, which VS Code disposes of without waiting for `deactivate`. */
let open: { readonly runs: Runs; readonly log: vscode.LogOutputChannel } | undefined;

/** Called once by VS Code when the extension is first needed. Its tests, and nobody else, get a window into it. */
export function activate(context: vscode.ExtensionContext): RecurrentApi | undefined {
  const { extensionUri, extensionMode, storageUri, globalStorageUri } = context;
  const own = <T extends vscode.Disposable>(part: T): T => {
    context.subscriptions.push(part);
    return part;
  };
  const log = vscode.window.createOutputChannel('Recurrent', { log: true });
  const dist = join(extensionUri.fsPath, 'dist');
  const store = new RunStore(vscode.Uri.joinPath(storageUri ?? globalStorageUri, 'runs').fsPath, reportProblem(log));
  const runs = own(new Runs(store, dist, log));
  const generator = own(new Generator(dist, log));
  const gradientFlow = own(new GradientFlow(runs, generator));
  const panels = own(new Panels(extensionUri, runs, generator));
  const trainer = own(new Trainer(runs, (run) => panels.isShowing(run), log));
  const samples = new Samples(extensionUri, globalStorageUri);
  const completions = own(new Completions(runs, generator, log));
  const statusBar = own(new StatusBar(runs, (document) => completions.describe(document)));
  own(new ContextKeys(runs));
  own(new RunsTree(runs));
  own(new MetricsView(extensionUri, runs));
  own(new Commands({ runs, trainer, panels, generator, gradientFlow, samples, log }));
  open = { runs, log };
  runs.restore().catch((error: unknown) => showError(error, log));
  const refresh = () => runs.refresh().catch((error: Error) => log.error(error));
  // Who comes from another window may have trained there.
  own(vscode.window.onDidChangeWindowState(({ focused }) => focused && void refresh()));
  if (extensionMode !== vscode.ExtensionMode.Test) return undefined;
  return observe(runs, trainer, generator, gradientFlow, store, statusBar);
}

/** Called by VS Code before it closes: keeps what the runs have learnt. */
export async function deactivate(): Promise<void> {
  await open?.runs.close();
  open?.log.dispose();
  open = undefined;
}

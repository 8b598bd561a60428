import * as assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { RunStore } from '../../src/host/run-store';
import { Runs } from '../../src/host/runs';
import { MetricsView } from '../../src/host/sidebar';
import type { FromSidebar, ToSidebar } from '../../src/protocol/sidebar';
import { step } from '../unit/host/events';
import { dist, extension, realText, Scratch, small, until } from './support/laboratory';
import { Page } from './support/page';

describe('The side bar', () => {
  const scratch = new Scratch();
  const log = vscode.window.createOutputChannel('Side bar tests', { log: true });

  after(() => {
    log.dispose();
    scratch.remove();
  });

  it('gets the run in front with its curves, and while it is hidden no message at all', async () => {
    const runs = new Runs(new RunStore(join(scratch.path, 'runs'), () => undefined), dist(), log);
    const text = { bytes: Buffer.from(realText(5000)), source: 'a.txt', uri: vscode.Uri.file('/a.txt'), saved: true };
    const run = runs.start(text, small());
    runs.session(run)?.dispose();
    // Another provider of the same view cannot be registered beside the extension's own.
    const register = vscode.window.registerWebviewViewProvider;
    Object.assign(vscode.window, { registerWebviewViewProvider: () => new vscode.Disposable(() => undefined) });
    const sidebar = new MetricsView(extension.extensionUri, runs);
    Object.assign(vscode.window, { registerWebviewViewProvider: register });
    const page = new Page<ToSidebar, FromSidebar>();
    sidebar.resolveWebviewView(page.view);
    for (let i = 1; i <= 1000; i++) run.history.append(step(i));
    page.say({ type: 'ready' });
    await until('the first message comes', () => page.received.length > 0);
    const { run: shown, sparklines } = page.received[0];
    assert.equal(shown?.id, run.id);
    assert.ok(sparklines.perplexity.length > 100 && sparklines.perplexity.length < 260);

    page.show(false);
    page.received.splice(0);
    run.accept([step(1001)]);
    run.enter('paused');
    await runs.delete(run);
    await new Promise((resolve) => setTimeout(resolve, 600));
    assert.equal(page.received.length, 0);
    page.show(true);
    page.say({ type: 'ready' });
    await until('it catches up', () => page.received.length > 0);
    assert.equal(page.received[0].run, undefined);
    for (const each of [sidebar, runs]) each.dispose();
  });
});

import * as assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Generator } from '../../src/host/generator';
import { History } from '../../src/host/history';
import { type Panel, Panels } from '../../src/host/panel';
import { RunStore } from '../../src/host/run-store';
import { Runs } from '../../src/host/runs';
import type { PanelMemory, ToPanel } from '../../src/protocol/panel';
import { evaluation, mark, step } from '../unit/host/events';
import { dist, extension, Scratch, small, until } from './support/laboratory';
import { Page } from './support/page';

type Snapshot = Extract<ToPanel, { type: 'snapshot' }>;

/** More than what the host sends in one message. */
const long = 120_000;

describe('What the panel shows', () => {
  const scratch = new Scratch();
  const log = vscode.window.createOutputChannel('Panel tests', { log: true });
  let folders = 0;
  let runs: Runs;
  let panels: Panels;
  let page: Page;

  /** Opens a window whose disk holds these runs, the last one the newest. */
  async function open(steps: { readonly [id: string]: number }): Promise<void> {
    const store = new RunStore(join(scratch.path, `runs-${++folders}`), (...problem) => assert.fail(problem.join(' ')));
    let started = 0;
    for (const [id, count] of Object.entries(steps)) {
      const history = new History();
      for (let i = 1; i <= count; i++) history.append(step(i));
      history.append(mark(count));
      history.append(evaluation(count, 2));
      const record = { version: 1, id, name: id, source: 'a.txt', copied: false, started: ++started } as const;
      const end = { configuration: small(), state: 'finished', message: '', checkpoints: {} } as const;
      await store.folder(id).saveRecord({ ...record, ...end });
      await store.folder(id).saveHistory(history);
    }
    runs = new Runs(store, dist(), log);
    await runs.restore();
    // Another serializer for the same panel cannot be registered beside the extension's own.
    const register = vscode.window.registerWebviewPanelSerializer;
    Object.assign(vscode.window, { registerWebviewPanelSerializer: () => new vscode.Disposable(() => undefined) });
    panels = new Panels(extension.extensionUri, runs, {} as Generator);
    Object.assign(vscode.window, { registerWebviewPanelSerializer: register });
    page = new Page();
  }

  /** Brings the panel back as after a reload of the window. */
  async function restore(memory: PanelMemory = {}): Promise<Panel> {
    await panels.deserializeWebviewPanel(page.panel, memory);
    page.say({ type: 'ready' });
    await snapshot();
    return panels.open();
  }

  /** The next snapshot, as ids of runs, the one in front first; all that came before it is forgotten. */
  async function snapshot(): Promise<string[]> {
    const came = () => page.received.findLast((message): message is Snapshot => message.type === 'snapshot');
    await until('a snapshot comes', () => came() !== undefined);
    const { histories } = came()!;
    page.received.length = 0;
    return histories.map(({ run }) => run);
  }

  afterEach(() => {
    panels.dispose();
    runs.dispose();
  });
  after(() => {
    log.dispose();
    scratch.remove();
  });

  it('is nothing once the last run is deleted', async () => {
    await open({ only: 5 });
    await restore();
    await runs.delete(runs.get('only')!);
    assert.deepEqual(await snapshot(), []);
  });

  it('loses a compared run that is deleted', async () => {
    await open({ one: 5, two: 5, three: 5 });
    await restore({ run: 'three', compare: ['two', 'one'] });
    await runs.delete(runs.get('two')!);
    assert.deepEqual(await snapshot(), ['three', 'one']);
  });

  it('goes over to another run when the one in front is deleted, with the same runs to compare', async () => {
    await open({ one: 5, two: 5, three: 5 });
    await restore({ run: 'two', compare: ['one'] });
    await runs.delete(runs.get('two')!);
    assert.deepEqual(await snapshot(), ['three', 'one']);
  });

  it('is in front for commands and the side bar too after a reload', async () => {
    await open({ older: 5, newest: 5 });
    assert.equal(runs.front?.id, 'newest');
    await restore({ run: 'older', compare: ['newest'] });
    assert.equal(runs.front?.id, 'older');
  });

  it('stays compared when another run comes to the front, from the tree or as it starts', async () => {
    await open({ one: 5, two: 5, three: 5, four: 5 });
    await restore({ run: 'one', compare: ['two', 'three'] });
    runs.choose(runs.get('four')!);
    assert.deepEqual(await snapshot(), ['four', 'two', 'three'], 'another run takes the place in front');
    panels.open(runs.get('three'));
    assert.deepEqual(await snapshot(), ['three', 'four', 'two'], 'a compared run changes places');
  });

  it('grows by a run that is compared from the tree, once', async () => {
    await open({ one: 5, two: 5 });
    const panel = await restore({ run: 'two' });
    panel.compare(runs.get('one')!);
    assert.deepEqual(await snapshot(), ['two', 'one']);
    panel.compare(runs.get('one')!);
    assert.deepEqual(await snapshot(), ['two', 'one']);
  });

  it('has its evaluations and marks from the first piece of a long history on, and nothing empty after the last', async () => {
    await open({ short: 5, long });
    await panels.deserializeWebviewPanel(page.panel, { run: 'long', compare: ['short'] });
    page.say({ type: 'ready' });
    const steps = () =>
      page.received.reduce((sum, message) => {
        if (message.type === 'delta') return sum + message.stretch.columns.step.length;
        return message.type === 'snapshot' ? sum + message.histories[0].history.columns.step.length : sum;
      }, 0);
    await until('all steps have come', () => steps() === long, steps);
    const first = page.received.find((message): message is Snapshot => message.type === 'snapshot')!;
    assert.equal(first.histories[0].history.marks.length, 1);
    assert.equal(first.histories[0].history.evaluations.length, 1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const deltas = page.received.filter((message) => message.type === 'delta');
    assert.deepEqual(
      deltas.map(({ summary, stretch }) => [summary.id, stretch.columns.step.length > 0, stretch.marks.length]),
      [
        ['long', true, 0],
        ['long', true, 0],
      ],
    );
  });

  it('costs nothing while it is hidden: no message at all, whatever happens', async () => {
    await open({ one: 5, two: 5 });
    await restore({ run: 'one', compare: ['two'] });
    page.show(false);
    page.received.length = 0;
    const [one, two] = ['one', 'two'].map((id) => runs.get(id)!);
    one.accept([step(6), evaluation(6, 1), mark(6)]);
    one.enter('paused');
    two.accept([step(6)]);
    await one.rewind(5);
    runs.choose(two);
    await runs.delete(one);
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert.deepEqual(page.received, []);
    page.show(true);
    page.say({ type: 'ready' });
    assert.deepEqual(await snapshot(), ['two'], 'it catches up when it is shown');
  });
});

import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { RecurrentApi } from '../../src/host/api';
import { activated, deleteAll, realText, Scratch, until } from './support/laboratory';

/** Sees the pickers that are opened, and takes their items as a person does. */
class Pickers implements vscode.Disposable {
  /** What is typed where a value is asked for. */
  typed = '';
  private readonly originals = {
    createQuickPick: vscode.window.createQuickPick,
    showInputBox: vscode.window.showInputBox,
  };
  private readonly opened: vscode.QuickPick<vscode.QuickPickItem>[] = [];

  constructor() {
    Object.assign(vscode.window, {
      showInputBox: async () => this.typed,
      createQuickPick: () => {
        const picker = this.originals.createQuickPick.call(vscode.window);
        this.opened.push(picker);
        return picker;
      },
    });
  }

  /** The next one that is opened. */
  async next(): Promise<vscode.QuickPick<vscode.QuickPickItem>> {
    await until('a picker opens', () => this.opened.some(({ items }) => items.length > 0));
    return this.opened.shift()!;
  }

  /** Takes an item, by how its label begins. */
  async take(picker: vscode.QuickPick<vscode.QuickPickItem>, label: string): Promise<void> {
    const item = picker.items.find((each) => each.label.startsWith(label));
    assert.ok(item, `${label} is offered`);
    picker.activeItems = [item];
    await settled();
    await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
  }

  dispose(): void {
    Object.assign(vscode.window, this.originals);
  }
}

/** What is shown needs a moment to reach the window. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 300));

describe('The training picker', () => {
  let api: RecurrentApi;
  const scratch = new Scratch();
  const pickers = new Pickers();
  const settings = () => vscode.workspace.getConfiguration('recurrent');

  before(async () => {
    api = await activated();
    await settings().update('training.truncateEvery', 40, vscode.ConfigurationTarget.Global);
  });
  after(async () => {
    await settings().update('training.truncateEvery', undefined, vscode.ConfigurationTarget.Global);
    pickers.dispose();
    await deleteAll();
    scratch.remove();
  });

  it('opens on settings that conflict, says so, and starts nothing until that is mended', async () => {
    const before = api.runs.length;
    const conflict = /recurrent\.training\.truncateEvery \(40\) is more than recurrent\.training\.steps \(35\)/;
    const text = scratch.write('whale.txt', realText(20_000));
    const chosen = vscode.commands.executeCommand<string>('recurrent.trainWithOptions', text);
    const first = await pickers.next();
    assert.match(first.placeholder ?? '', conflict);
    await pickers.take(first, '$(play)');
    const second = await pickers.next();
    assert.match(second.placeholder ?? '', conflict);
    assert.equal(api.runs.length, before);
    pickers.typed = '50';
    await pickers.take(second, 'steps');
    const third = await pickers.next();
    assert.doesNotMatch(third.placeholder ?? '', conflict);
    await pickers.take(third, '$(play)');
    const id = await chosen;
    const run = api.runs.find((each) => each.id === id);
    assert.ok(run);
    assert.equal(run.summary.configuration.training.steps, 50);
  });
});

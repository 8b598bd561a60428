import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { RecurrentApi } from '../../src/host/api';
import { configurationOf, demonstrations } from '../../src/host/demonstrations';
import { activated, deleteAll, extension, Messages, until, untilState, untilStep } from './support/laboratory';

/** Topics of the walkthrough's buttons: `command:recurrent.demonstrate?["topic"]`. */
function buttons(): string[] {
  const { walkthroughs } = extension.packageJSON.contributes;
  return [...JSON.stringify(walkthroughs).matchAll(/recurrent\.demonstrate\?%5B%22(\w+)%22%5D/g)].map(
    ([, name]) => name,
  );
}

describe('The lecture, live', () => {
  let api: RecurrentApi;
  before(async () => {
    api = await activated();
  });
  after(deleteAll);

  it('has a button for each demonstration, and a demonstration for each button', () => {
    assert.deepEqual(buttons().sort(), Object.keys(demonstrations()).sort());
    for (const demonstration of Object.values(demonstrations())) assert.ok(configurationOf(demonstration));
  });

  it('shows clip events under Clipping', async () => {
    const id = await vscode.commands.executeCommand<string>('recurrent.demonstrate', 'clipping');
    const run = api.runs.find((other) => other.id === id)!;
    await untilStep(run, 20);
    const clips = () => run.history.stretch().stretch.columns.clipScale.filter((scale) => scale < 1).length;
    await until('there are clip events', () => clips() >= 3, clips);
    await api.delete(id);
  });

  it('diverges without clipping, and says why and what to try', async () => {
    const messages = new Messages();
    const id = await vscode.commands.executeCommand<string>('recurrent.demonstrate', 'unclipped');
    const run = api.runs.find((other) => other.id === id)!;
    await untilState(run, 'diverged');
    assert.match(run.summary.message, /^The loss of step \d+ is not a finite number\. \S.*\.$/);
    assert.equal(await messages.next(), run.summary.message);
    messages.dispose();
  });
});

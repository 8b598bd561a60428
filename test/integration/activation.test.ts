import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('The extension', () => {
  const extension = vscode.extensions.getExtension('recurrent.recurrent');

  it('is installed under its name', () => {
    assert.ok(extension, 'recurrent.recurrent is not installed');
  });

  it('activates without an error', async () => {
    await extension?.activate();
    assert.equal(extension?.isActive, true);
  });

  it('gives its tests a window into it', async () => {
    assert.ok((await extension?.activate())?.runs);
  });

  it('registers every command that its package contributes', async () => {
    await extension?.activate();
    const contributed: { command: string }[] = extension?.packageJSON.contributes?.commands ?? [];
    const registered = new Set(await vscode.commands.getCommands(true));
    const missing = contributed.map(({ command }) => command).filter((command) => !registered.has(command));
    assert.deepEqual(missing, []);
  });
});

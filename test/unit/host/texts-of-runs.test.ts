import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Run } from '../../../src/host/run';
import { readText } from '../../../src/host/texts';
import { Trainer } from '../../../src/host/trainer';
import { Uri, workspace } from './support/vscode';
import { log, openWindow, tiny } from './support/window';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'recurrent-texts-'));
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
  workspace.textDocuments = [];
  workspace.workspaceFolders = undefined;
});

/** Reads the text of a run whose record names this place. */
function textAt(uri: string): Promise<unknown> {
  const { runs, store } = openWindow(join(home, 'runs'));
  const fixed = {
    version: 1,
    id: 'a',
    name: 'GRU',
    source: 'a.txt',
    started: 1,
    message: '',
    checkpoints: {},
  } as const;
  const record = { ...fixed, uri, copied: false, configuration: tiny(), state: 'stopped' } as const;
  return new Trainer(runs, () => false, log).textOf(new Run(record, store.folder('a'), true));
}

describe('The text that a record names', () => {
  it('is read where it is a file of this machine', async () => {
    writeFileSync(join(home, 'a.txt'), 'the whale');
    expect(await textAt(`file://${join(home, 'a.txt')}`)).toMatchObject({ source: 'a.txt', saved: true });
  });

  it.each(['file://server/share/a.txt', 'ftp://server/a.txt', 'odd:/a.txt'])(
    'is asked of nobody where it is %s',
    async (uri) => {
      await expect(textAt(uri)).rejects.toThrow(/^The text of GRU is at \w+:.*a\.txt; open it in an editor first\.$/);
    },
  );

  it('is read from another place where the workspace has it, or an editor shows it', async () => {
    workspace.workspaceFolders = [{ uri: Uri.parse('odd://host/folder') }];
    await expect(textAt('odd://host/a.txt')).rejects.toThrow('the file system was asked for odd://host/a.txt');
    await expect(textAt('odd://other/a.txt')).rejects.toThrow('open it in an editor first');
    workspace.workspaceFolders = undefined;
    workspace.textDocuments = [{ uri: Uri.parse('odd://host/a.txt') }];
    await expect(textAt('odd://host/a.txt')).rejects.toThrow('the file system was asked for');
  });

  it('is missed in a sentence where it is no place at all', async () => {
    await expect(textAt('no place')).rejects.toThrow('text.txt cannot be read: it does not exist.');
  });
});

describe('What is no regular file', () => {
  it.each<[string, (path: string) => void, string]>([
    ['a pipe', (path) => void execFileSync('mkfifo', [path]), 'it is a pipe, not a file'],
    ['a device without end', (path) => symlinkSync('/dev/zero', path), 'it is a device, not a file'],
    ['a folder', (path) => symlinkSync(tmpdir(), path), 'it is a folder'],
  ])('is no text, and is not opened: %s', async (_, make, why) => {
    const path = join(home, 'a.txt');
    make(path);
    // As many as there are threads for files, and one more.
    const asked = Array.from({ length: 5 }, () => readText(Uri.file(path)));
    for (const answer of await Promise.allSettled(asked)) {
      expect(answer).toMatchObject({ status: 'rejected', reason: { message: `a.txt cannot be read: ${why}.` } });
    }
  });
});

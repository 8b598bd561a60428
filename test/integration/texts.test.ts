import * as assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { readText } from '../../src/host/texts';
import { decodeText } from '../../src/text/decode';
import { sameText } from '../../src/text/same-text';
import { isPlain, Scratch } from './support/laboratory';

const written = 'Le cœur a ses raisons,\nque la raison ne connaît point : déjà vu, don’t.\n';
/** The same as Windows writes it. */
const western = Buffer.from(written.replace('œ', '\x9c').replace('’', '\x92').replaceAll('\n', '\r\n'), 'latin1');

/** What a model reads of a text. */
async function read(uri: vscode.Uri): Promise<string> {
  const { bytes, source } = await readText(uri);
  assert.ok(bytes.buffer instanceof SharedArrayBuffer);
  return sameText(decodeText(bytes, source));
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const message = await work.then(
    () => 'nothing was refused',
    (error: Error) => error.message,
  );
  assert.ok(isPlain(message), message);
  return message;
}

describe('A text', () => {
  const scratch = new Scratch();
  const closing: vscode.Disposable[] = [];

  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.workspace.getConfiguration('files').update('encoding', undefined, vscode.ConfigurationTarget.Global);
    for (const each of closing.splice(0)) each.dispose();
  });
  after(() => scratch.remove());

  it('is the same in a file, in its editor, in an untitled document, and with changes', async () => {
    const uri = scratch.write('plain.txt', `\uFEFF${written.normalize('NFD').replaceAll('\n', '\r\n')}`);
    assert.equal(await read(uri), written);
    assert.equal((await readText(uri)).saved, true);
    const document = await vscode.workspace.openTextDocument(uri);
    const editor = await vscode.window.showTextDocument(document);
    assert.equal(await read(uri), written);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), 'x'));
    assert.equal(document.isDirty, true);
    assert.equal(await read(uri), `x${written}`);
    assert.equal((await readText(uri)).saved, false);
    const untitled = await vscode.workspace.openTextDocument({ content: written.replaceAll('\n', '\r\n') });
    assert.equal(await read(untitled.uri), written);
  });

  it('has lines that end with CR where the editor shows lines', async () => {
    const uri = scratch.write('old-mac.txt', written.replaceAll('\n', '\r'));
    assert.equal(await read(uri), written);
    const document = await vscode.workspace.openTextDocument(uri);
    assert.equal(sameText(document.getText()), written);
  });

  it('is read with the encoding of the settings, whether it is open or not', async () => {
    const uri = scratch.write('western.txt', western);
    // No setting: the worker says which byte is wrong.
    assert.deepEqual(Buffer.from((await readText(uri)).bytes), western);
    const files = vscode.workspace.getConfiguration('files');
    await files.update('encoding', 'windows1252', vscode.ConfigurationTarget.Global);
    assert.equal(await read(uri), written);
    assert.equal((await readText(uri)).saved, false);
    const late = scratch.write('late.txt', Buffer.concat([Buffer.alloc(3 << 16, 'a plain line\n'), western]));
    assert.ok((await read(late)).endsWith(written), 'its first byte beyond ASCII is far behind its beginning');
    await vscode.workspace.openTextDocument(uri);
    assert.equal(await read(uri), written);
    // What is UTF-8 is read as the editor shows it, too.
    const utf8 = scratch.write('utf8.txt', 'déjà');
    const shown = (await vscode.workspace.openTextDocument(scratch.write('utf8-open.txt', 'déjà'))).getText();
    assert.equal(await read(utf8), sameText(shown));
    // A mark says it better than a setting.
    assert.equal(await read(scratch.write('marked.txt', '\uFEFFdéjà')), 'déjà');
  });

  it('is read with the encoding of its language', async () => {
    const files = vscode.workspace.getConfiguration('files', { languageId: 'markdown' });
    await files.update('encoding', 'koi8r', vscode.ConfigurationTarget.Global, true);
    try {
      const mir = Buffer.from([0xcd, 0xc9, 0xd2, 0x20, 0xcd, 0xc9, 0xd2]);
      assert.equal(await read(scratch.write('mir.md', mir)), 'мир мир');
      assert.match(await refusal(read(scratch.write('mir.txt', mir))), /line 1 has an invalid byte, 0xCD \(byte 1\)/);
    } finally {
      await files.update('encoding', undefined, vscode.ConfigurationTarget.Global, true);
    }
  });

  it('is read with the encoding in which it was opened', async () => {
    const uri = scratch.write('reopened.txt', western);
    await vscode.workspace.openTextDocument(uri, { encoding: 'windows1252' });
    assert.equal(await read(uri), written);
  });

  it('is refused where bytes do not fit the encoding of the editor', async () => {
    const files = vscode.workspace.getConfiguration('files');
    await files.update('encoding', 'windows1252', vscode.ConfigurationTarget.Global);
    const uri = scratch.write('mixed.txt', Buffer.from('déjà\r\ntwo \x81 three', 'latin1'));
    assert.match(
      await refusal(readText(uri)),
      /^mixed\.txt has bytes that do not fit the encoding in which the editor reads it, the first on line 2:/,
    );
  });

  it('is UTF-16 with a mark and without one, whatever the settings say', async () => {
    const files = vscode.workspace.getConfiguration('files');
    for (const encoding of [undefined, 'windows1252']) {
      await files.update('encoding', encoding, vscode.ConfigurationTarget.Global);
      for (const mark of ['\uFEFF', '']) {
        const uri = scratch.write(`utf16${mark.length}.txt`, Buffer.from(mark + written, 'utf16le'));
        assert.equal(await read(uri), written);
      }
    }
  });

  it('is the same from a virtual file system, read-only or not', async () => {
    const content = Buffer.from(`\uFEFF${written}`);
    for (const isReadonly of [true, false]) {
      const scheme = isReadonly ? 'recurrent-fixed' : 'recurrent-virtual';
      closing.push(vscode.workspace.registerFileSystemProvider(scheme, new OneFile(content), { isReadonly }));
      const uri = vscode.Uri.from({ scheme, path: '/a/book.txt' });
      assert.equal(await read(uri), written);
      assert.equal((await readText(uri)).saved, true);
      for (const [path, why] of [
        ['/a/gone.txt', 'gone.txt cannot be read: it does not exist.'],
        ['/a/secret.txt', 'secret.txt cannot be read: permission was denied.'],
        ['/a/folder', 'folder cannot be read: it is a folder.'],
      ]) {
        assert.equal(await refusal(readText(uri.with({ path }))), why);
      }
    }
  });

  it('is the same from a document that no file system has, open or not', async () => {
    const scheme = 'recurrent-made';
    closing.push(
      vscode.workspace.registerTextDocumentContentProvider(scheme, { provideTextDocumentContent: () => written }),
    );
    const uri = vscode.Uri.from({ scheme, path: '/made.txt' });
    assert.equal(await read(uri), written);
    await vscode.workspace.openTextDocument(uri);
    assert.equal(await read(uri), written);
    assert.equal((await readText(uri)).saved, false);
    assert.match(await refusal(readText(uri.with({ scheme: 'recurrent-nobody' }))), /^made\.txt cannot be read: /);
    assert.match(
      await refusal(readText(vscode.Uri.parse('untitled:Untitled-99'))),
      /^Untitled-99 cannot be read: it is not open any more\.$/,
    );
  });

  it('is the same in a cell of a notebook', async () => {
    const cell = { cell_type: 'markdown', metadata: {}, source: written.split(/(?<=\n)/) };
    const notebook = { cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 };
    const uri = scratch.write('book.ipynb', JSON.stringify(notebook));
    const open = await vscode.workspace.openNotebookDocument(uri);
    await vscode.window.showNotebookDocument(open);
    assert.equal(await read(open.cellAt(0).document.uri), written);
  });

  it('is what an editor still shows of a file that vanished', async () => {
    const uri = scratch.write('vanishing.txt', written);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
    rmSync(uri.fsPath);
    assert.equal(await read(uri), written);
    assert.equal((await readText(uri)).saved, false);
  });

  it('is read where it is larger than documents that the editor hands on', async () => {
    const line = `${'0123456789'.repeat(100)}\n`;
    const uri = scratch.write('large.txt', line.repeat(52_500));
    assert.equal((await readText(uri)).bytes.length, line.length * 52_500);
    rmSync(uri.fsPath);
  });

  it('is refused in a sentence where there is none', async () => {
    assert.equal(
      await refusal(readText(scratch.write('empty.txt', '')).then(({ bytes }) => decodeText(bytes, 'empty.txt'))),
      'empty.txt is empty: there is no text to learn; choose a file with text.',
    );
    assert.match(await refusal(readText(vscode.Uri.file(scratch.path))), /cannot be read: it is a folder\.$/);
    const nowhere = vscode.Uri.file(join(scratch.path, 'nowhere.txt'));
    assert.equal(await refusal(readText(nowhere)), 'nowhere.txt cannot be read: it does not exist.');
    const inFile = vscode.Uri.file(join(scratch.write('file.txt', 'a').fsPath, 'b.txt'));
    assert.equal(await refusal(readText(inFile)), 'b.txt cannot be read: a part of its path is not a folder.');
    const pipe = join(scratch.path, 'pipe');
    execFileSync('mkfifo', [pipe]);
    assert.equal(await refusal(readText(vscode.Uri.file(pipe))), 'pipe cannot be read: it is a pipe, not a file.');
    assert.equal(
      await refusal(readText(vscode.Uri.file('/dev/zero'))),
      'zero cannot be read: it is a device, not a file.',
    );
  });

  it('is refused while it changes, and read when it rests', async () => {
    const uri = scratch.write('log.txt', 'line\n'.repeat(2_000_000));
    const writing = setInterval(() => appendFileSync(uri.fsPath, 'line\n'), 1);
    const changing = await readText(uri).then(
      ({ bytes }) => decodeText(bytes, 'log.txt'),
      (error: Error) => error.message,
    );
    clearInterval(writing);
    if (changing.length < 1000)
      assert.equal(changing, 'log.txt cannot be read: it changes while it is read, so take a copy of it.');
    else assert.match(changing, /^(line\n)+$/);
    assert.match(await read(uri), /^(line\n)+$/);
  });
});

/** A file system with one file, one that nobody may read, and a folder. */
class OneFile implements vscode.FileSystemProvider {
  readonly onDidChangeFile = new vscode.EventEmitter<vscode.FileChangeEvent[]>().event;

  constructor(private readonly content: Uint8Array) {}

  stat({ path }: vscode.Uri): vscode.FileStat {
    const type = path === '/a/folder' ? vscode.FileType.Directory : vscode.FileType.File;
    if (type === vscode.FileType.File) this.readFile(vscode.Uri.file(path));
    return { type, ctime: 0, mtime: 0, size: this.content.length };
  }

  readFile(uri: vscode.Uri): Uint8Array {
    if (uri.path === '/a/secret.txt') throw vscode.FileSystemError.NoPermissions(uri);
    if (uri.path !== '/a/book.txt') throw vscode.FileSystemError.FileNotFound(uri);
    return this.content;
  }

  watch = () => new vscode.Disposable(() => undefined);
  readDirectory = () => [];
  createDirectory = () => undefined;
  writeFile = () => undefined;
  delete = () => undefined;
  rename = () => undefined;
}

import type { Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import * as vscode from 'vscode';
import { describeFileError, describeSpecial, FileError } from '../platform/files';
import { checkSize } from '../text/decode';
import { UserError } from '../text/user-error';
import { readAsEditor } from './editor-encoding';

/** A text to learn, in memory that the worker shares. */
export interface Text {
  /** As the file has them, or UTF-8; `decodeText` reads both. */
  readonly bytes: Uint8Array;
  /** A file's name, for people. */
  readonly source: string;
  readonly uri: vscode.Uri;
  /** Whether the file at `uri` holds exactly this text. */
  readonly saved: boolean;
}

const bytesAtOnce = 1024 * 1024;
const linesAtOnce = 2000;
/** How often a file is read anew that changed meanwhile. */
const attempts = 3;

/**
 * Reads the text at a URI as the person sees it, from whatever file system: what is typed but not saved counts, and so does the
 * encoding in which the editor reads the file, whether it is open or not. Works in small pieces, so that the extension host
 * stays free.
 * @throws UserError if there is no such text, or it is too large
 */
export async function readText(uri: vscode.Uri): Promise<Text> {
  const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === uri.toString());
  const source = uri.scheme === 'untitled' ? uri.path : basename(uri.path);
  const ofDocument = async (open: vscode.TextDocument): Promise<Text> => ({
    bytes: await readDocument(open, source),
    source,
    uri,
    saved: false,
  });
  if (!document && isChanged(uri)) {
    throw new UserError(
      vscode.l10n.t('{0} has changes, but is too large for the editor to hand them on: save it first.', source),
    );
  }
  if (document && (document.isDirty || document.isUntitled)) return ofDocument(document);
  if (!isOfFileSystem(uri)) return ofDocument(document ?? (await openDocument(uri, source)));
  let bytes: Uint8Array;
  try {
    bytes = uri.scheme === 'file' ? await readLocal(uri.fsPath, source) : await readRemote(uri, source);
  } catch (error) {
    if (document && isMissing(error)) return ofDocument(document);
    throw refuse(error, source);
  }
  const text = await readAsEditor(bytes, uri, document, source);
  if (text === undefined) return { bytes, source, uri, saved: true };
  return { bytes: await shareText(piecesOf(text), source), source, uri, saved: false };
}

/** Reads a file of this machine into shared memory. @throws UserError if it cannot be read */
export async function readLocalFile(path: string, source: string): Promise<Uint8Array> {
  try {
    return await readLocal(path, source);
  } catch (error) {
    throw refuse(error, source);
  }
}

function refuse(error: unknown, source: string): UserError {
  if (error instanceof UserError) return error;
  const why = describeFileError(error).replace(/\.$/, '');
  return new UserError(vscode.l10n.t('{0} cannot be read: {1}.', source, why));
}

const isMissing = (error: unknown) => ['ENOENT', 'FileNotFound'].includes((error as { code?: string }).code ?? '');

/** Whether files of this scheme can be read; other documents are made by an extension, or by the editor. */
function isOfFileSystem({ scheme }: vscode.Uri): boolean {
  return vscode.workspace.fs.isWritableFileSystem(scheme) !== undefined;
}

/** Whether there are unsaved changes in an editor. */
function isChanged(uri: vscode.Uri): boolean {
  return vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .some(
      ({ isDirty, input }) =>
        isDirty && input instanceof vscode.TabInputText && input.uri.toString() === uri.toString(),
    );
}

async function openDocument(uri: vscode.Uri, source: string): Promise<vscode.TextDocument> {
  if (uri.scheme === 'untitled') {
    throw new UserError(vscode.l10n.t('{0} cannot be read: {1}.', source, vscode.l10n.t('it is not open any more')));
  }
  try {
    return await vscode.workspace.openTextDocument(uri);
  } catch (error) {
    throw refuse(error, source);
  }
}

/** A file's bytes as they were at one moment. */
async function readLocal(path: string, source: string): Promise<Uint8Array> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    // A pipe or a device is not opened at all: whoever waits for one holds up all the others.
    const special = describeSpecial(await stat(path));
    if (special) throw new FileError(special);
    const file = await open(path);
    try {
      const before = await file.stat();
      const bytes = share(before.size, source);
      let read = 0;
      while (read < bytes.length) {
        const piece = bytes.subarray(read, Math.min(bytes.length, read + bytesAtOnce));
        const { bytesRead } = await file.read(piece, 0, piece.length, read);
        if (bytesRead === 0) break;
        read += bytesRead;
      }
      if (read === bytes.length && isSame(before, await file.stat())) return bytes;
    } finally {
      await file.close();
    }
  }
  throw new FileError(vscode.l10n.t('it changes while it is read, so take a copy of it'));
}

const isSame = (a: Stats, b: Stats) => a.size === b.size && a.mtimeMs === b.mtimeMs;

async function readRemote(uri: vscode.Uri, source: string): Promise<Uint8Array> {
  const { type, size } = await vscode.workspace.fs.stat(uri);
  if (type & vscode.FileType.Directory) throw new FileError('it is a folder');
  checkSize(size, source);
  const content = await vscode.workspace.fs.readFile(uri);
  const shared = share(content.length, source);
  for (let at = 0; at < content.length; at += bytesAtOnce) {
    shared.set(content.subarray(at, at + bytesAtOnce), at);
    await setImmediate();
  }
  return shared;
}

/** Takes the contents of an open document, a few lines at a time; begins anew if it is edited meanwhile. */
async function readDocument(document: vscode.TextDocument, source: string): Promise<Uint8Array> {
  for (;;) {
    const { version } = document;
    const pieces = function* () {
      for (let line = 0; line < document.lineCount && document.version === version; line += linesAtOnce) {
        yield document.getText(new vscode.Range(line, 0, line + linesAtOnce, 0));
      }
    };
    const bytes = await shareText(pieces(), source);
    if (document.version === version) return bytes;
  }
}

/** A text of any length in pieces, cut between two characters. */
function* piecesOf(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    let end = Math.min(text.length, start + bytesAtOnce);
    if ((text.charCodeAt(end - 1) & 0xfc00) === 0xd800 && end < text.length) end--;
    yield text.slice(start, end);
    start = end;
  }
}

/** A text as UTF-8 in shared memory. */
async function shareText(pieces: Iterable<string>, source: string): Promise<Uint8Array> {
  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (const piece of pieces) {
    const part = encoder.encode(piece);
    parts.push(part);
    size += part.length;
    checkSize(size, source);
    await setImmediate();
  }
  const shared = share(size, source);
  let at = 0;
  for (const part of parts) {
    shared.set(part, at);
    at += part.length;
  }
  return shared;
}

function share(size: number, source: string): Uint8Array {
  checkSize(size, source);
  return new Uint8Array(new SharedArrayBuffer(size));
}

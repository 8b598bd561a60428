import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import * as vscode from 'vscode';
import { describeFileError, openRegular } from '../platform/files';
import { UserError } from '../text/user-error';

/** A text to learn, in memory that the worker shares. */
export interface Text {
  /** UTF-8. */
  readonly bytes: Uint8Array;
  /** A file's name, for people. */
  readonly source: string;
  readonly uri: vscode.Uri;
  /** Whether the file at `uri` holds exactly this text. */
  readonly saved: boolean;
}

/** JavaScript strings end at 2²⁹ − 24 characters, and the worker decodes the text into one. */
const mostBytes = 512 * 1024 * 1024;
const bytesAtOnce = 1024 * 1024;
const linesAtOnce = 2000;

/**
 * Reads the text at a URI as the person sees it: what is typed but not saved counts. Works in small pieces, so that
 * the extension host stays free.
 * @throws UserError if there is no such text, or it is too large
 */
export async function readText(uri: vscode.Uri): Promise<Text> {
  const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === uri.toString());
  const source = document?.isUntitled ? uri.path : basename(uri.path);
  const unsaved = document && (document.isDirty || document.isUntitled || !isUtf8(document));
  const bytes = unsaved ? await readDocument(document, source) : await readFile(uri, source);
  return { bytes, source, uri, saved: !unsaved };
}

/** Reads a file of this machine into shared memory. @throws UserError if it cannot be read */
export async function readLocalFile(path: string, source: string): Promise<Uint8Array> {
  let file: FileHandle | undefined;
  try {
    file = await openRegular(path);
    const { size } = await file.stat();
    const shared = share(size, source);
    let read = 0;
    while (read < size) {
      const piece = shared.subarray(read, Math.min(size, read + bytesAtOnce));
      const { bytesRead } = await file.read(piece, 0, piece.length, read);
      if (bytesRead === 0) break;
      read += bytesRead;
    }
    return shared.subarray(0, read);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(vscode.l10n.t('{0} cannot be read: {1}.', source, describeFileError(error)));
  } finally {
    await file?.close();
  }
}

async function readFile(uri: vscode.Uri, source: string): Promise<Uint8Array> {
  if (uri.scheme === 'file') return readLocalFile(uri.fsPath, source);
  let content: Uint8Array;
  try {
    const { type, size } = await vscode.workspace.fs.stat(uri);
    if (type & vscode.FileType.Directory)
      throw new UserError(vscode.l10n.t('{0} is a folder; choose a text file.', source));
    checkSize(size, source);
    content = await vscode.workspace.fs.readFile(uri);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError(vscode.l10n.t('{0} cannot be read: {1}.', source, why.replace(/\.$/, '')));
  }
  const shared = share(content.length, source);
  for (let at = 0; at < content.length; at += bytesAtOnce) {
    shared.set(content.subarray(at, at + bytesAtOnce), at);
    await setImmediate();
  }
  return shared;
}

/** Takes the contents of an open document, a few lines at a time; begins anew if it is edited meanwhile. */
async function readDocument(document: vscode.TextDocument, source: string): Promise<Uint8Array> {
  const encoder = new TextEncoder();
  for (;;) {
    const { version } = document;
    const pieces: Uint8Array[] = [];
    for (let line = 0; line < document.lineCount && document.version === version; line += linesAtOnce) {
      pieces.push(encoder.encode(document.getText(new vscode.Range(line, 0, line + linesAtOnce, 0))));
      await setImmediate();
    }
    if (document.version !== version) continue;
    const shared = share(
      pieces.reduce((sum, piece) => sum + piece.length, 0),
      source,
    );
    let at = 0;
    for (const piece of pieces) {
      shared.set(piece, at);
      at += piece.length;
    }
    return shared;
  }
}

function share(size: number, source: string): Uint8Array {
  checkSize(size, source);
  return new Uint8Array(new SharedArrayBuffer(size));
}

function checkSize(size: number, source: string): void {
  if (size <= mostBytes) return;
  const megabytes = Math.ceil(size / 1024 / 1024).toLocaleString();
  throw new UserError(
    vscode.l10n.t('{0} has {1} MB; a text may have 512 MB at most, so train on a part of it.', source, megabytes),
  );
}

function isUtf8(document: vscode.TextDocument): boolean {
  const { encoding } = document as vscode.TextDocument & { readonly encoding?: string };
  return encoding === undefined || encoding === 'utf8';
}

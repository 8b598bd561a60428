import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import { UserError } from '../text/user-error';

const causes: Record<string, string> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'it may not be read or written',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'its folder is a file',
  EROFS: 'the disk is read-only',
};

function cause(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return causes[code ?? ''] ?? message;
}

/** The bytes of a file. Throws a UserError that names it and the cause. */
export function readBytes(path: string): Uint8Array {
  try {
    if (statSync(path).isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    return readFileSync(path);
  } catch (error) {
    throw new UserError(`Cannot read ${path}: ${cause(error)}.`);
  }
}

/** Writes a file whole or not at all: beside it first, then renamed. Throws a UserError that names it and the cause. */
export function writeBytes(path: string, bytes: Uint8Array): void {
  const beside = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(beside, 'w');
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    } finally {
      closeSync(file);
    }
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw new UserError(`Cannot write ${path}: ${cause(error)}.`);
  }
}

/** Checks, before hours of work, that a file can be written there later. Leaves nothing behind. */
export function checkWritable(path: string): void {
  const beside = `${path}.${process.pid}.tmp`;
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    closeSync(openSync(beside, 'w'));
  } catch (error) {
    throw new UserError(`Cannot write ${path}: ${cause(error)}.`);
  } finally {
    rmSync(beside, { force: true });
  }
}

/** A file's name without its folders, for messages. */
export const nameOf = (path: string): string => basename(path);

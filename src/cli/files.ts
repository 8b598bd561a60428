import { closeSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { describeFileError, describeSpecial, FileError, writeAtomicallySync } from '../platform/files';
import { UserError } from '../text/user-error';

/** The bytes of a file. Throws a UserError that names it and the cause. */
export function readBytes(path: string): Uint8Array {
  try {
    const special = describeSpecial(statSync(path));
    if (special) throw new FileError(special);
    return readFileSync(path);
  } catch (error) {
    throw new UserError(`Cannot read ${path}: ${describeFileError(error)}.`);
  }
}

/** Writes a file whole or not at all. Throws a UserError that names it and the cause. */
export function writeBytes(path: string, bytes: Uint8Array): void {
  try {
    writeAtomicallySync(path, bytes);
  } catch (error) {
    throw new UserError(`Cannot write ${path}: ${describeFileError(error)}.`);
  }
}

/** Checks, before hours of work, that a file can be written there later. Leaves nothing behind. */
export function checkWritable(path: string): void {
  const beside = `${path}.${process.pid}.tmp`;
  try {
    const old = statSync(path, { throwIfNoEntry: false });
    const special = old && describeSpecial(old);
    if (special) throw new FileError(special);
    closeSync(openSync(beside, 'w'));
  } catch (error) {
    throw new UserError(`Cannot write ${path}: ${describeFileError(error)}.`);
  } finally {
    rmSync(beside, { force: true });
  }
}

/** A file's name without its folders, for messages. */
export const nameOf = (path: string): string => basename(path);

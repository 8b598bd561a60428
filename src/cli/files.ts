import { closeSync, createReadStream, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { describeFileError, describeSpecial, FileError, writeAtomicallySync } from '../platform/files';
import { checkSize } from '../text/decode';
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

/** Bytes that are read at a time, between which signals are handled. */
const pieceBytes = 1 << 22;

/**
 * The bytes of a text, read piece by piece so that the process hears signals meanwhile.
 * @throws UserError that names the file and the cause, also for one that is too large for a text
 */
export async function readText(path: string): Promise<Uint8Array> {
  try {
    const stats = await stat(path);
    const special = describeSpecial(stats);
    if (special) throw new FileError(special);
    checkSize(stats.size, nameOf(path));
    const pieces: Uint8Array[] = [];
    let total = 0;
    for await (const piece of createReadStream(path, { highWaterMark: pieceBytes })) {
      pieces.push(piece);
      total += piece.length;
      checkSize(total, nameOf(path));
    }
    return Buffer.concat(pieces);
  } catch (error) {
    if (error instanceof UserError) throw error;
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

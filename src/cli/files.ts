import { createReadStream, readFileSync, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { describePathError, describeSpecial, FileError, writeAtomicallySync } from '../platform/files';
import { checkSize } from '../text/decode';
import { showPath } from '../text/quote';
import { UserError } from '../text/user-error';

/** The bytes of a file. Throws a UserError that names it and the cause. */
export function readBytes(path: string): Uint8Array {
  try {
    const special = describeSpecial(statSync(path));
    if (special) throw new FileError(special);
    return readFileSync(path);
  } catch (error) {
    throw new UserError(`Cannot read ${showPath(path)}: ${describePathError(path, error)}.`);
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
    throw new UserError(`Cannot read ${showPath(path)}: ${describePathError(path, error)}.`);
  }
}

/** Writes a file whole or not at all. Throws a UserError that names it and the cause. */
export function writeBytes(path: string, bytes: Uint8Array): void {
  try {
    writeAtomicallySync(path, bytes);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** That a file cannot be written, and why. */
export function cannotWrite(path: string, error: unknown): UserError {
  return new UserError(`Cannot write ${showPath(path)}: ${describePathError(path, error)}.`);
}

/**
 * Takes the path of an argument or an option as it was typed. A variable that is not set makes an empty one, which would
 * otherwise read as none at all.
 * @param name of the argument or the option, for the message
 */
export function pathOf(name: string): (value: string) => string {
  return (value) => {
    if (value.trim() === '') throw new UserError(`${name} is an empty path; name a file.`);
    return value;
  };
}

/** A file's name without its folders, for messages. */
export const nameOf = (path: string): string => showPath(basename(path));

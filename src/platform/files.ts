import {
  closeSync,
  fchmodSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { isAlive } from './processes';

/** Why a file operation failed, in a few words, by the system's code or by that of the editor's file systems. */
const causes: Readonly<Record<string, string>> = {
  EACCES: 'permission was denied',
  EDQUOT: 'the disk is full',
  EISDIR: 'it is a folder',
  ELOOP: 'its links lead in a circle',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'its name is too long',
  ENFILE: 'too many files are open',
  ENOENT: 'it does not exist',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of its path is not a folder',
  EPERM: 'permission was denied',
  EROFS: 'the disk is read-only',
  FileIsADirectory: 'it is a folder',
  FileNotFound: 'it does not exist',
  NoPermissions: 'permission was denied',
  Unavailable: 'it is not available now',
};

/** Says in a few words why a file operation failed, for the end of a sentence. */
export function describeFileError(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return causes[code ?? ''] ?? message ?? String(error);
}

/** A file cannot be used as a file; the message ends a sentence as `describeFileError` does. */
export class FileError extends Error {
  override readonly name = 'FileError';
}

/**
 * What a path leads to if that is no regular file, in a few words; undefined for a regular file. Reading from a pipe or a
 * device may wait for ever or never end, and renaming over one replaces it.
 */
export function describeSpecial(stats: Stats): string | undefined {
  if (stats.isFile()) return undefined;
  if (stats.isDirectory()) return 'it is a folder';
  if (stats.isFIFO()) return 'it is a pipe, not a file';
  if (stats.isSocket()) return 'it is a socket, not a file';
  return 'it is a device, not a file';
}

/** Most links that are followed, as in Linux. */
const mostLinks = 40;

/**
 * The path that a path leads to through links, which need not exist yet.
 * @throws an error with the code ELOOP if links lead in a circle
 */
export function followLinks(path: string): string {
  let at = resolve(path);
  for (let followed = 0; followed < mostLinks; followed++) {
    const stats = lstatSync(at, { throwIfNoEntry: false });
    if (!stats?.isSymbolicLink()) return at;
    at = resolve(dirname(at), readlinkSync(at));
  }
  throw Object.assign(new Error(`${path}: its links lead in a circle`), { code: 'ELOOP' });
}

/** Of a temporary file's name, code points taken from the file's own: at most 4 bytes each, and names have at most 255. */
const nameLength = 55;
const leftover = /\.(\d+)\.partial$/;

function temporaryName(target: string): string {
  const name = [...basename(target)].slice(0, nameLength).join('');
  return join(dirname(target), `${name}.${process.pid}.partial`);
}

/**
 * Writes a whole file under a temporary name beside it and renames it, so that a reader sees the old file or the new one, also
 * after a power cut. A link stays and what it leads to is replaced; a file that exists keeps its permissions.
 * @throws FileError if there is something that is no regular file; an error of the system otherwise. Nothing is left behind
 */
export function writeAtomicallySync(path: string, bytes: Uint8Array | string): void {
  const target = followLinks(path);
  const old = statSync(target, { throwIfNoEntry: false });
  const special = old && describeSpecial(old);
  if (special) throw new FileError(special);
  const temporary = temporaryName(target);
  const data = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
  const file = openSync(temporary, 'w');
  try {
    try {
      if (old) fchmodSync(file, old.mode & 0o7777);
      for (let at = 0; at < data.length; ) at += writeSync(file, data, at);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(dirname(target));
}

/** Makes a renamed file's name lasting, where the system lets a folder be synced. */
function syncFolder(path: string): void {
  try {
    const folder = openSync(path, 'r');
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  } catch {}
}

/** As `writeAtomicallySync`, without holding up the thread; makes the folder if it is missing. */
export async function writeAtomically(path: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const target = followLinks(path);
  const old = statSync(target, { throwIfNoEntry: false });
  const special = old && describeSpecial(old);
  if (special) throw new FileError(special);
  const temporary = temporaryName(target);
  const handle = await open(temporary, 'w');
  try {
    try {
      if (old) await handle.chmod(old.mode & 0o7777);
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(dirname(target));
}

/** Removes temporary files that processes which are no longer alive left in a folder. Never throws. */
export function removeLeftovers(folder: string): void {
  try {
    for (const name of readdirSync(folder)) {
      const id = Number(leftover.exec(name)?.[1] ?? Number.NaN);
      if (Number.isNaN(id) || id === process.pid || isAlive(id, undefined)) continue;
      rmSync(join(folder, name), { force: true });
    }
  } catch {}
}

/**
 * Writes bytes at a place in a file and cuts off what was behind it. Writing from the end that is known to be good
 * repairs what an earlier, broken write left.
 */
export async function writeFrom(file: string, offset: number, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const handle = await open(file, 'a+').then(async (created) => {
    await created.close();
    return open(file, 'r+');
  });
  try {
    let written = 0;
    while (written < bytes.length) {
      const result = await handle.write(bytes, written, bytes.length - written, offset + written);
      written += result.bytesWritten;
    }
    await handle.truncate(offset + bytes.length);
  } finally {
    await handle.close();
  }
}

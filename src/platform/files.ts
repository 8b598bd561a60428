import {
  closeSync,
  existsSync,
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
import { type FileHandle, mkdir, open, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { showPath } from '../text/quote';
import { isAlive } from './processes';

/** Why a file operation failed, in a few words, by the system's code or by that of the editor's file systems. */
const causes: Readonly<Record<string, string>> = {
  EACCES: 'permission was denied',
  EDQUOT: 'the disk is full',
  EFBIG: 'it would be larger than files may be here',
  EIO: 'the disk does not answer',
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
  ERR_FS_FILE_TOO_LARGE: 'it is larger than 2 GiB',
  FileIsADirectory: 'it is a folder',
  FileNotFound: 'it does not exist',
  NoPermissions: 'permission was denied',
  Unavailable: 'it is not available now',
};

/** Says in a few words why a file operation failed, for the end of a sentence. */
export function describeFileError(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  // What Node says of another cause ends with the call and the path, as they are.
  return causes[code ?? ''] ?? (code && message ? message.replace(/, \w+(?: '.*)?$/s, '') : message) ?? String(error);
}

/** The same for one path: where it leads to nothing, says whether its folder is missing, or what a link leads to. */
export function describePathError(path: string, error: unknown): string {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return describeFileError(error);
  try {
    const target = followLinks(path);
    const where = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? dirname(target) : dirname(path);
    if (!existsSync(dirname(target))) return `the folder ${showPath(where)} does not exist`;
    if (target !== resolve(path)) return `it is a link to ${showPath(target)}, which does not exist`;
    return describeFileError(error);
  } catch (other) {
    return describeFileError(other);
  }
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

/** Tells a file from every other, and from itself once it was replaced or written to; undefined if there is none. */
export function identityOf(path: string): string | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats && [stats.dev, stats.ino, stats.size, stats.mtimeNs].join(' ');
}

/** Whether two paths lead to one file, by links of either kind. */
export function isSameFile(a: string, b: string): boolean {
  try {
    const [one, other] = [a, b].map((path) => statSync(path, { bigint: true }));
    return one.dev === other.dev && one.ino === other.ino;
  } catch {
    return false;
  }
}

/** Of a temporary file's name, code points taken from the file's own: at most 4 bytes each, and names have at most 255. */
const nameLength = 55;
const leftover = /\.(\d+)\.partial$/;

const shortName = (target: string): string => [...basename(target)].slice(0, nameLength).join('');

function temporaryName(target: string): string {
  return join(dirname(target), `${shortName(target)}.${process.pid}.partial`);
}

/**
 * Checks that `writeAtomicallySync` could write there now, by making the temporary file and removing it again.
 * @throws an error of the system
 */
export function checkWritable(path: string): void {
  const temporary = temporaryName(followLinks(path));
  closeSync(openSync(temporary, 'w'));
  rmSync(temporary, { force: true });
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

/**
 * Removes temporary files that processes which are no longer alive left in a folder. Never throws.
 * @param target leaves all but those of this file: in a folder of somebody's own, other names may be theirs
 */
export function removeLeftovers(folder: string, target?: string): void {
  try {
    for (const name of readdirSync(folder)) {
      const found = leftover.exec(name);
      const id = Number(found?.[1] ?? Number.NaN);
      if (found && target !== undefined && name.slice(0, found.index) !== shortName(target)) continue;
      if (Number.isNaN(id) || id === process.pid || isAlive(id, undefined)) continue;
      rmSync(join(folder, name), { force: true });
    }
  } catch {}
}

/**
 * Opens a regular file for reading. What is none is refused before it is opened: opening a pipe holds a thread until somebody
 * writes, and Node has four for all files.
 * @throws FileError for anything else; an error of the system
 */
export async function openRegular(path: string): Promise<FileHandle> {
  const special = describeSpecial(await stat(path));
  if (special) throw new FileError(special);
  return open(path);
}

/** Reads a whole regular file. @param most bytes @throws FileError if it is none or larger; an error of the system */
export async function readRegular(path: string, most = Number.POSITIVE_INFINITY): Promise<Buffer> {
  const file = await openRegular(path);
  try {
    if ((await file.stat()).size > most) throw new FileError('it is too large');
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/**
 * Writes bytes at a place in a file, in place of everything behind it. Writing from the end that is known to be good repairs
 * what an earlier, broken write left.
 * @throws FileError if the file ends before that place: zeros would fill the hole; an error of the system
 */
export async function writeFrom(file: string, offset: number, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const old = await stat(file).catch(ignoreMissing);
  const special = old && describeSpecial(old);
  if (special) throw new FileError(special);
  if ((old?.size ?? 0) < offset) throw new FileError('it is shorter than what was written to it');
  const handle = await open(file, old ? 'r+' : 'w+');
  try {
    // First, so that nothing old stands behind the new if this is broken off.
    if (old && old.size > offset) await handle.truncate(offset);
    let written = 0;
    while (written < bytes.length) {
      const result = await handle.write(bytes, written, bytes.length - written, offset + written);
      written += result.bytesWritten;
    }
  } finally {
    await handle.close();
  }
}

/** For `catch`: undefined where there is no such file. */
export function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}

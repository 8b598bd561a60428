import { closeSync, openSync, readSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join, parse, resolve, sep } from 'node:path';
import {
  checkWritable,
  describeSpecial,
  FileError,
  followLinks,
  identityOf,
  isSameFile,
  removeLeftovers,
} from '../platform/files';
import { showPath } from '../text/quote';
import { UserError } from '../text/user-error';
import { cannotWrite } from './files';

/** Where a run writes, as it was found before the run. */
export interface Outputs {
  /** The best model, or the newest where there is no best. */
  readonly best: OutputFile;
  /** The newest model, while it is not the best. */
  readonly latest: OutputFile;
  /** Whether the run goes on from what stands there. */
  readonly isResumed: boolean;
}

/** A file that a run writes. */
export interface OutputFile {
  readonly path: string;
  /** What stood there before the run (`identityOf`), which may be replaced; undefined if nothing did. */
  readonly found: string | undefined;
}

const suffix = '.latest';

/** Where the newest model of a run is written, while it is not the best: `m.latest.safetensors` beside `m.safetensors`. */
export function latestBeside(path: string): string {
  const { dir, name, ext } = parse(path);
  return join(dir, `${name}${suffix}${ext}`);
}

/** The other way: where the best model is if this is the name of a newest one, and otherwise undefined. */
export function bestBeside(path: string): string | undefined {
  const { dir, name, ext } = parse(path);
  return name.length > suffix.length && name.endsWith(suffix)
    ? join(dir, `${name.slice(0, -suffix.length)}${ext}`)
    : undefined;
}

/**
 * Checks, before anything is read and hours before anything is written, that a run may write its models there: that they can
 * be written, and that they replace nothing but models, and those only if it was asked. Leaves nothing behind.
 * @param asked the path given as `--checkpoint`, the text, the checkpoint to go on from, and whether models may be replaced
 * @throws UserError with what is in the way
 */
export function guardOutputs(asked: {
  readonly checkpoint: string;
  readonly text: string;
  readonly resume: string | undefined;
  readonly force: boolean;
}): Outputs {
  const { checkpoint, text, resume, force } = asked;
  const best = bestBeside(checkpoint);
  if (best) {
    throw new UserError(
      `--checkpoint ${showPath(checkpoint)} is where a run keeps its newest model beside its best; name the best, ${showPath(best)}.`,
    );
  }
  if (checkpoint.endsWith('/') || checkpoint.endsWith(sep)) {
    throw new UserError(`--checkpoint ${showPath(checkpoint)} names a folder; name a file in it.`);
  }
  const latest = latestBeside(checkpoint);
  const isResumed = resume !== undefined && [checkpoint, latest].some((path) => isSamePath(path, resume));
  for (const path of [checkpoint, latest]) {
    try {
      checkReplaceable(path, text);
      if (!isResumed && !force && identityOf(path) !== undefined) {
        const other = path === checkpoint && resume !== undefined && isSameFile(path, resume);
        throw new UserError(
          other
            ? `--checkpoint ${showPath(path)} is the model to go on from by another name; give both the same, or --force to replace it.`
            : `${showPath(path)} holds a model already; go on from it with --resume ${showPath(checkpoint)}, name another file, or give --force to replace it once this run has learnt something.`,
        );
      }
      checkWritable(path);
    } catch (error) {
      throw error instanceof UserError ? error : cannotWrite(path, error);
    }
  }
  for (const target of [checkpoint, latest].map(followLinks)) removeLeftovers(dirname(target), target);
  return {
    best: { path: checkpoint, found: identityOf(checkpoint) },
    latest: { path: latest, found: identityOf(latest) },
    isResumed,
  };
}

/** Whether two paths name the same file in the same folder, however the folder was come by. */
function isSamePath(a: string, b: string): boolean {
  const [one, other] = [a, b].map((path) => {
    try {
      return join(realpathSync(dirname(path)), basename(path));
    } catch {
      return resolve(path);
    }
  });
  return one === other;
}

/** Refuses the text, and everything that is not one of our models. */
function checkReplaceable(path: string, text: string): void {
  const old = statSync(path, { throwIfNoEntry: false });
  if (!old) return;
  const special = describeSpecial(old);
  if (special) throw new FileError(special);
  const shown = showPath(path);
  if (isSameFile(path, text)) {
    const named = isSamePath(path, text) ? 'is the text to learn' : 'leads to the text to learn';
    throw new UserError(`${shown} ${named} and would be replaced by the model; name another file.`);
  }
  if (!isModel(path, old)) {
    throw new UserError(`${shown} exists and is no model of Recurrent, so it is left as it is; name another file.`);
  }
  // Renaming over a file asks nothing of the file itself, and the permissions of root stop nothing.
  if ((old.mode & 0o222) === 0) throw new FileError('it is write-protected');
}

/** The longest header that is looked at; the header of a model with the largest vocabulary is far shorter. */
const longestHeader = 100_000_000;

/** Whether a file is a model that this program wrote, by its header. */
function isModel(path: string, { size }: Pick<Stats, 'size'>): boolean {
  const file = openSync(path, 'r');
  try {
    const start = Buffer.alloc(8);
    if (readSync(file, start, 0, 8, 0) < 8) return false;
    const length = Number(start.readBigUInt64LE());
    if (length > longestHeader || 8 + length > size) return false;
    const header = Buffer.alloc(length);
    if (readSync(file, header, 0, length, 8) < length) return false;
    const read: unknown = JSON.parse(header.toString());
    if (!isObject(read) || !isObject(read.__metadata__)) return false;
    const { format } = read.__metadata__;
    return typeof format === 'string' && format.startsWith('recurrent-');
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  } finally {
    closeSync(file);
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

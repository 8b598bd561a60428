import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { describeFileError, FileError, removeLeftovers } from '../platform/files';
import { UserError } from '../text/user-error';
import { isClaimed, isClaimName } from './claims';
import {
  deletedSuffix,
  type ReportProblem,
  RunFolder,
  readRecordFile,
  recordName,
  type Standing,
  standingOf,
} from './run-folder';
import { parseRecord, type RunRecord } from './run-record';

/** A run as the disk has it. */
export interface StoredRun extends Standing {
  /** Names what run.json says; changes with it. */
  readonly known: string;
}

/** Files that are open at once: a process may have 1,024, or 256, for everything. */
const filesAtOnce = 32;
/** How old a folder without a run must be before it is cleared, milliseconds. */
const forgotten = 60 * 60 * 1000;
interface Cached {
  readonly stamp: string;
  readonly record: RunRecord;
  readonly known: string;
}

interface Problem {
  readonly path: string;
  readonly why: string;
}

/** The folder that holds all runs. */
export class RunStore {
  private readonly cache = new Map<string, Cached>();
  /** Problems that were told, so that each is told once. */
  private readonly told = new Set<string>();

  /** @param report is told when something cannot be read or written */
  constructor(
    readonly path: string,
    private readonly report: ReportProblem,
  ) {}

  /** @param known as in `StoredRun`; absent for a run that is new */
  folder(id: string, known?: string): RunFolder {
    return new RunFolder(join(this.path, id), this.report, known);
  }

  /**
   * Reads the records of all runs, oldest first. Those that are damaged are left out and told together. One that trained when its
   * process ended has the checkpoints that its files hold: they are written before its record.
   */
  async list(): Promise<StoredRun[]> {
    const problems: Problem[] = [];
    const runs = await inParallel(await this.names(problems), (name) => this.read(name, problems));
    this.tell(problems);
    return runs.filter((run) => run !== undefined).sort((a, b) => orderOf(a.record) - orderOf(b.record));
  }

  /**
   * Clears what processes that were ended left behind: temporary files, folders that were half deleted, and folders without
   * anything in them. Never throws.
   */
  async tidy(): Promise<void> {
    await inParallel(await this.names([], deletedSuffix), async (name) => {
      if (await isClaimed(join(this.path, name))) return;
      await rm(join(this.path, name), { recursive: true, force: true }).catch(() => undefined);
    });
    await inParallel(await this.names([]), (name) => this.tidyFolder(join(this.path, name)));
  }

  private async tidyFolder(folder: string): Promise<void> {
    try {
      const names = await readdir(folder);
      if (names.some((name) => name.endsWith('.partial'))) removeLeftovers(folder);
      if (names.includes(recordName) || (await isClaimed(folder))) return;
      if (Date.now() - (await stat(folder)).mtimeMs < forgotten) return;
      const left = (await readdir(folder)).filter((name) => !isClaimName(name));
      if (left.length === 0) await rm(folder, { recursive: true, force: true });
    } catch {}
  }

  private async names(problems: Problem[], suffix?: string): Promise<string[]> {
    try {
      const names = (await readdir(this.path)).sort();
      return names.filter((name) => (suffix ? name.endsWith(suffix) : !name.endsWith(deletedSuffix)));
    } catch (error) {
      if (!isMissing(error)) problems.push({ path: this.path, why: describeFileError(error) });
      return [];
    }
  }

  private async read(name: string, problems: Problem[]): Promise<StoredRun | undefined> {
    const folder = join(this.path, name);
    const file = join(folder, recordName);
    try {
      const { ino, size, mtimeMs } = await stat(file);
      const stamp = `${ino} ${size} ${mtimeMs}`;
      let cached = this.cache.get(name);
      if (cached?.stamp !== stamp) {
        const read = await readRecordFile(folder);
        if (!read) return undefined;
        cached = { stamp, record: parseRecord(read.text, name, file), known: read.known };
        this.cache.set(name, cached);
      }
      return { ...(await standingOf(cached.record, folder, mtimeMs)), known: cached.known };
    } catch (error) {
      this.cache.delete(name);
      // A file among the folders, such as those of a file manager, is none of ours.
      if (!isMissing(error)) problems.push({ path: file, why: describeProblem(error) });
      return undefined;
    }
  }

  private tell(problems: readonly Problem[]): void {
    const fresh = problems.filter(({ path, why }) => !this.told.has(`${path} ${why}`));
    if (fresh.length === 0) return;
    fresh.sort((a, b) => (a.path < b.path ? -1 : 1));
    for (const { path, why } of fresh) this.told.add(`${path} ${why}`);
    this.report('read', fresh[0].path, fresh[0].why, fresh.length - 1);
  }
}

/** Where a run stands among the others; a number that grows. */
export function orderOf({ order, started }: Pick<RunRecord, 'order' | 'started'>): number {
  return order ?? started;
}

/** Does something for each of many, a few at a time. */
async function inParallel<T, R>(items: readonly T[], action: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const work = async () => {
    while (next < items.length) {
      const at = next++;
      results[at] = await action(items[at]);
    }
  };
  await Promise.all(Array.from({ length: filesAtOnce }, work));
  return results;
}

function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
}

function describeProblem(error: unknown): string {
  const damaged = error instanceof z.ZodError || error instanceof SyntaxError || error instanceof UserError;
  return damaged && !(error instanceof FileError) ? 'it is damaged' : describeFileError(error);
}

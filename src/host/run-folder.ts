import { createHash } from 'node:crypto';
import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describeFileError, ignoreMissing, readRegular, writeAtomically } from '../platform/files';
import { isAlive } from '../platform/processes';
import { checkpointStep } from './checkpoint-step';
import { Claim, isClaimed } from './claims';
import type { History } from './history';
import { EventsFile, StepsFile } from './history-files';
import { type CheckpointKind, checkpointKinds, liveStates, parseRecord, type RunRecord, writeJson } from './run-record';

/**
 * Is told what could not be done with which file, and why, in a few words.
 * @param others how many more there are of which the same is true
 */
export type ReportProblem = (doing: 'read' | 'write', path: string, why: string, others?: number) => void;

/** The name of a run's record. */
export const recordName = 'run.json';
/** What a folder's name ends with while it is deleted. */
export const deletedSuffix = '.deleted';

/** How long ago a record without a claim was written, at most, if something trains it, milliseconds. */
const recently = 60 * 1000;

/** A record of more bytes is none. */
const largestRecord = 16 * 1024 * 1024;

/** How a run stands. */
export interface Standing {
  readonly record: RunRecord;
  /** Whether another window trains it now. */
  readonly elsewhere: boolean;
}

/** Whether a run is held by this window now; and if so, whether another one has changed it since it was read. */
export type Hold = 'held' | 'changed' | 'elsewhere';

/**
 * The folder of one run: `run.json`, `steps.f64` (rows of little-endian 64-bit floats), `events.jsonl`,
 * `best.safetensors`, `latest.safetensors`, where the text is in no file, `text.txt`, and a claim.
 * Operations run one after the other. One that fails is reported once; what it did not write is written by a later one.
 * Nothing is written while another window has the claim, or over what another one wrote since this one read.
 */
export class RunFolder {
  private queue: Promise<unknown> = Promise.resolve();
  private readonly claim: Claim;
  private readonly steps: StepsFile;
  private readonly events: EventsFile;
  private keeping = false;
  /** What the disk does not take, of which a person knows. */
  private readonly refused = new Set<string>();
  private unreadable = false;
  private deleted = false;
  /** Is called when a run that this window holds turns out to be another's. */
  onLost: () => void = () => undefined;

  /**
   * @param report is told once when the folder cannot be written
   * @param known what run.json said when it was last read, as `readRecordFile` names it; absent for a run that is new
   */
  constructor(
    readonly path: string,
    private readonly report: ReportProblem,
    private known?: string,
  ) {
    this.claim = new Claim(path);
    this.steps = new StepsFile(join(path, 'steps.f64'));
    this.events = new EventsFile(join(path, 'events.jsonl'));
  }

  checkpointFile(kind: CheckpointKind): string {
    return join(this.path, `${kind}.safetensors`);
  }

  get textFile(): string {
    return join(this.path, 'text.txt');
  }

  /** Holds the run for this window until `letGo`, if no other one has it. Never throws. */
  hold(): Promise<Hold> {
    return this.enqueue(async () => {
      try {
        const hold = await this.take();
        this.keeping = hold !== 'elsewhere';
        return hold;
      } catch {
        // Where nothing can be written, nobody can write over it; once something can, the claim is taken first.
        this.keeping = true;
        return 'held';
      }
    });
  }

  /** Lets others have the run, once what was asked before is done. */
  letGo(): Promise<void> {
    return this.enqueue(async () => {
      this.keeping = false;
      await this.claim.release();
    });
  }

  saveRecord(record: RunRecord): Promise<boolean> {
    return this.write('record', async () => {
      const text = `${writeJson(record, 1)}\n`;
      await writeAtomically(join(this.path, recordName), text);
      this.known = digest(text);
    });
  }

  saveText(bytes: Uint8Array): Promise<boolean> {
    return this.write('text', () => writeAtomically(this.textFile, bytes));
  }

  saveCheckpoint(kind: CheckpointKind, bytes: Uint8Array): Promise<boolean> {
    return this.write(kind, () => writeAtomically(this.checkpointFile(kind), bytes));
  }

  /** Appends the steps and events that are not on disk yet. */
  saveHistory(history: History): Promise<boolean> {
    return this.write(
      'history',
      async () => {
        await this.steps.save(history);
        await this.events.save(history);
      },
      () => this.steps.lacks(history) || this.events.lacks(history),
    );
  }

  /** Cuts off on disk what the history has no more: the events first, so that none is of a step that is not there. */
  cutHistory(history: History): Promise<boolean> {
    return this.write('history', async () => {
      await this.events.cut(history);
      await this.steps.cut(history);
    });
  }

  /**
   * Reads the history in small pieces. What is torn or damaged, as a crash or a bad disk leaves it, is left out.
   * @throws FileError or an error of the system if there is a file and it cannot be read
   */
  readHistory(history: History): Promise<void> {
    return this.enqueue(async () => {
      history.clear();
      for (const file of [this.steps, this.events]) {
        try {
          await file.read(history);
        } catch (error) {
          if (!this.unreadable) this.report('read', file.path, describeFileError(error));
          this.unreadable = true;
          throw error;
        }
      }
    });
  }

  /**
   * Reads the record again. Undefined if there is none any more.
   * @returns how the run stands, and whether its record is another one than this window read or wrote last
   * @throws what `readRecordFile` and `parseRecord` throw
   */
  readRecord(id: string): Promise<(Standing & { readonly changed: boolean }) | undefined> {
    return this.enqueue(async () => {
      const read = await readRecordFile(this.path);
      if (!read) return undefined;
      const record = parseRecord(read.text, id, join(this.path, recordName));
      const standing = await standingOf(record, this.path, read.written);
      const changed = read.known !== this.known;
      this.known = read.known;
      // The claim that is there is this window's own.
      return { ...standing, elsewhere: standing.elsewhere && !this.keeping, changed };
    });
  }

  /** Whether this window holds the run, so that no other one changes it. */
  get isHeld(): boolean {
    return this.keeping;
  }

  /** Whether a record that was read, by its name, is another one than this window read or wrote last. */
  differsFrom(known: string): boolean {
    return known !== this.known;
  }

  async readCheckpoint(kind: CheckpointKind): Promise<Uint8Array> {
    await this.settled();
    return readRegular(this.checkpointFile(kind));
  }

  /** Whether another window has deleted the run. */
  async isGone(): Promise<boolean> {
    return this.known !== undefined && (await stat(this.path).catch(ignoreMissing)) === undefined;
  }

  /**
   * Removes the folder, once what was asked before is done; what is asked later is not written. It gets another name first, so
   * that half of it is no run.
   */
  delete(): Promise<boolean> {
    const result = this.write('folder', async () => {
      const trash = `${this.path}${deletedSuffix}`;
      await rm(trash, { recursive: true, force: true });
      await rename(this.path, trash).catch(() => undefined);
      await rm(trash, { recursive: true, force: true });
      await rm(this.path, { recursive: true, force: true });
    });
    this.deleted = true;
    return result;
  }

  /** Resolves when everything asked for so far is done. */
  async settled(): Promise<void> {
    await this.queue;
  }

  private async take(): Promise<Hold> {
    const taken = await this.claim.take();
    if (taken === 'elsewhere') return 'elsewhere';
    if (taken === 'kept' || this.known === undefined) return 'held';
    const read = await readRecordFile(this.path);
    return read === undefined || read.known === this.known ? 'held' : 'changed';
  }

  /**
   * @param what is written
   * @param needed whether there is anything to write, once what was asked before is done
   */
  private write(what: string, operation: () => Promise<unknown>, needed = () => true): Promise<boolean> {
    if (this.deleted) return Promise.resolve(false);
    return this.enqueue(async () => {
      if (!needed()) return true;
      try {
        if ((await this.take()) !== 'held') {
          if (this.keeping) this.onLost();
          this.keeping = false;
          return false;
        }
        await operation();
        this.refused.delete(what);
        return true;
      } catch (error) {
        if (this.refused.size === 0) this.report('write', this.path, describeFileError(error));
        this.refused.add(what);
        return false;
      } finally {
        if (!this.keeping) await this.claim.release();
      }
    });
  }

  private enqueue<T>(operation: () => Promise<T>): Promise<T> {
    const result = this.queue.then(operation);
    this.queue = result.catch(() => undefined);
    return result;
  }
}

/**
 * Reads the run.json of a folder. Undefined if there is none.
 * @returns its text, a name for that by which a change is seen, and when it was written, milliseconds since 1970
 * @throws FileError or an error of the system
 */
export async function readRecordFile(
  folder: string,
): Promise<{ text: string; known: string; written: number } | undefined> {
  const file = join(folder, recordName);
  const bytes = await readRegular(file, largestRecord).catch(ignoreMissing);
  if (!bytes) return undefined;
  const text = bytes.toString();
  return { text, known: digest(text), written: (await stat(file)).mtimeMs };
}

/**
 * How a run stands by its record. Where nothing trains it and its process was ended, its checkpoints are those that its files hold:
 * they are newer than the record, which is written after them.
 * @param written when the record was, milliseconds since 1970
 */
export async function standingOf(record: RunRecord, folder: string, written: number): Promise<Standing> {
  if (!liveStates.includes(record.state)) return { record, elsewhere: false };
  if (await isTrained(record, folder, written)) return { record, elsewhere: true };
  const [best, latest] = await Promise.all(
    checkpointKinds.map((kind) => checkpointStep(join(folder, `${kind}.safetensors`))),
  );
  return { record: { ...record, checkpoints: { best, latest } }, elsewhere: false };
}

/** Whether something trains a run now, by its claim, or by its owner if what trains it makes none. */
async function isTrained({ owner, ownerBirth }: RunRecord, folder: string, written: number): Promise<boolean> {
  if (await isClaimed(folder)) return true;
  if (owner === undefined || owner === process.pid || !isAlive(owner, ownerBirth)) return false;
  return ownerBirth !== undefined || Math.abs(Date.now() - written) < recently;
}

function digest(text: string): string {
  return createHash('sha1').update(text).digest('base64');
}

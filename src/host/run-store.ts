import { createReadStream } from 'node:fs';
import { open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { type Configuration, parseConfiguration } from '../model/configuration';
import { describeFileError, writeAtomically, writeFrom } from '../platform/files';
import { isAlive } from '../platform/processes';
import type { LatestMetrics, RunState } from '../protocol/runs';
import type { PreparedEvent } from '../training/events';
import { columnNames, type History, type KeptEvent } from './history';

/** Which of a run's checkpoint files: the best on validation, or the newest. */
export type CheckpointKind = 'best' | 'latest';

/** What run.json says about a run. */
export interface RunRecord {
  readonly version: 1;
  readonly id: string;
  readonly name: string;
  readonly source: string;
  /** Where the text is; absent for a document that was never saved. */
  readonly uri?: string;
  /** Whether the text was copied beside run.json, because the file does not hold it. */
  readonly copied: boolean;
  readonly started: number;
  readonly configuration: Configuration;
  readonly state: RunState;
  readonly message: string;
  readonly prepared?: PreparedEvent;
  readonly latest?: LatestMetrics;
  /** Steps at which the checkpoint files were taken. */
  readonly checkpoints: { readonly [kind in CheckpointKind]?: number };
  /** Process that trains it, while it does. */
  readonly owner?: number;
  /** Tells that process from another of the same id; absent where the system does not tell. */
  readonly ownerBirth?: string;
}

/** Is told what could not be done with which file, and why, in a few words. */
export type ReportProblem = (doing: 'read' | 'write', path: string, why: string) => void;

const recordSchema = z.object({
  version: z.literal(1),
  id: z.string().min(1),
  name: z.string(),
  source: z.string(),
  uri: z.string().optional(),
  copied: z.boolean(),
  started: z.number(),
  configuration: z.unknown(),
  state: z.enum(['preparing', 'running', 'paused', 'finished', 'stopped', 'diverged', 'failed']),
  message: z.string(),
  prepared: z.custom<PreparedEvent>((value) => typeof value === 'object').optional(),
  latest: z.custom<LatestMetrics>((value) => typeof value === 'object').optional(),
  checkpoints: z.object({ best: z.number().optional(), latest: z.number().optional() }),
  owner: z.number().optional(),
  ownerBirth: z.string().optional(),
});

const rowBytes = columnNames.length * Float64Array.BYTES_PER_ELEMENT;
const rowsAtOnce = 4096;

/**
 * The folder of one run: `run.json`, `steps.f64` (rows of little-endian 64-bit floats), `events.jsonl`,
 * `best.safetensors`, `latest.safetensors` and, where the text is in no file, `text.txt`.
 * Operations run one after the other. One that fails is reported once; what it did not write is written by a later one.
 */
export class RunFolder {
  private queue: Promise<unknown> = Promise.resolve();
  private savedSteps = 0;
  private savedEvents = 0;
  private savedEventBytes = 0;
  private reported = false;
  private deleted = false;

  /** @param report is told once when the folder cannot be written */
  constructor(
    readonly path: string,
    private readonly report: ReportProblem,
  ) {}

  checkpointFile(kind: CheckpointKind): string {
    return join(this.path, `${kind}.safetensors`);
  }

  get textFile(): string {
    return join(this.path, 'text.txt');
  }

  saveRecord(record: RunRecord): Promise<boolean> {
    return this.write(() => writeAtomically(join(this.path, 'run.json'), `${JSON.stringify(record, null, 1)}\n`));
  }

  saveText(bytes: Uint8Array): Promise<boolean> {
    return this.write(() => writeAtomically(this.textFile, bytes));
  }

  saveCheckpoint(kind: CheckpointKind, bytes: Uint8Array): Promise<boolean> {
    return this.write(() => writeAtomically(this.checkpointFile(kind), bytes));
  }

  /** Appends the steps and events that are not on disk yet. */
  saveHistory(history: History): Promise<boolean> {
    return this.write(async () => {
      if (this.savedSteps >= history.steps && this.savedEvents >= history.kept.length) return 'nothing';
      while (this.savedSteps < history.steps) {
        const until = Math.min(history.steps, this.savedSteps + rowsAtOnce);
        const rows = new Uint8Array(history.rows(this.savedSteps, until).buffer);
        await writeFrom(join(this.path, 'steps.f64'), this.savedSteps * rowBytes, rows);
        this.savedSteps = until;
      }
      const count = history.kept.length;
      if (count > this.savedEvents) {
        const lines = history.kept.slice(this.savedEvents, count).map((event) => `${JSON.stringify(event)}\n`);
        const bytes = Buffer.from(lines.join(''));
        await writeFrom(join(this.path, 'events.jsonl'), this.savedEventBytes, bytes);
        this.savedEvents = count;
        this.savedEventBytes += bytes.length;
      }
      return undefined;
    });
  }

  /** Cuts the history on disk to its first steps; the next `saveHistory` writes the events, which are few, anew. */
  cutHistory(steps: number): Promise<boolean> {
    return this.write(async () => {
      this.savedSteps = Math.min(this.savedSteps, steps);
      this.savedEvents = 0;
      this.savedEventBytes = 0;
      await writeFrom(join(this.path, 'steps.f64'), this.savedSteps * rowBytes, new Uint8Array(0));
      await rm(join(this.path, 'events.jsonl'), { force: true });
    });
  }

  /** Reads the history in small pieces. A torn last row or line, as a crash leaves it, is left out. */
  async readHistory(history: History): Promise<void> {
    await this.settled();
    await this.readSteps(history);
    await this.readEvents(history);
  }

  async readCheckpoint(kind: CheckpointKind): Promise<Uint8Array> {
    await this.settled();
    return readFile(this.checkpointFile(kind));
  }

  /** Removes the folder, once what was asked before is done; what is asked later is not written. */
  delete(): Promise<boolean> {
    const result = this.write(() => rm(this.path, { recursive: true, force: true }));
    this.deleted = true;
    return result;
  }

  /** Resolves when everything asked for so far is done. */
  async settled(): Promise<void> {
    await this.queue;
  }

  private async readSteps(history: History): Promise<void> {
    const file = await open(join(this.path, 'steps.f64')).catch(ignoreMissing);
    if (!file) return;
    try {
      const rows = new Float64Array(rowsAtOnce * columnNames.length); // (rows, columns)
      const bytes = new Uint8Array(rows.buffer);
      for (let offset = 0; ; ) {
        const { bytesRead } = await file.read(bytes, 0, bytes.length, offset);
        const complete = Math.floor(bytesRead / rowBytes);
        for (let i = 0; i < complete; i++) {
          history.appendRow(rows.subarray(i * columnNames.length, (i + 1) * columnNames.length));
        }
        offset += complete * rowBytes;
        this.savedSteps += complete;
        if (complete < rowsAtOnce) return;
        await setImmediate();
      }
    } finally {
      await file.close();
    }
  }

  private async readEvents(history: History): Promise<void> {
    const file = await open(join(this.path, 'events.jsonl')).catch(ignoreMissing);
    if (!file) return;
    await file.close();
    const lines = createInterface({ input: createReadStream(join(this.path, 'events.jsonl'), 'utf8') });
    for await (const line of lines) {
      let event: KeptEvent;
      try {
        event = restoreInfinity(JSON.parse(line) as KeptEvent);
      } catch {
        break;
      }
      history.append(event);
      this.savedEvents++;
      this.savedEventBytes += Buffer.byteLength(line) + 1;
    }
  }

  /** @param operation returns 'nothing' if there was nothing to write, which tells nothing about the folder */
  private write(operation: () => Promise<unknown>): Promise<boolean> {
    if (this.deleted) return Promise.resolve(false);
    const result = this.queue.then(async () => {
      try {
        if ((await operation()) !== 'nothing') this.reported = false;
        return true;
      } catch (error) {
        if (!this.reported) this.report('write', this.path, describeFileError(error));
        this.reported = true;
        return false;
      }
    });
    this.queue = result;
    return result;
  }
}

/** The folder that holds all runs. */
export class RunStore {
  /** @param report is told when something cannot be read or written */
  constructor(
    readonly path: string,
    private readonly report: ReportProblem,
  ) {}

  folder(id: string): RunFolder {
    return new RunFolder(join(this.path, id), this.report);
  }

  /** Reads the records of all runs, oldest first; those that another living process trains are left out. */
  async list(): Promise<RunRecord[]> {
    let names: string[];
    try {
      names = await readdir(this.path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.report('read', this.path, describeFileError(error));
      return [];
    }
    const records = await Promise.all(names.sort().map((name) => this.read(name)));
    return records
      .filter((record) => record !== undefined)
      .filter(({ owner, ownerBirth }) => owner === undefined || owner === process.pid || !isAlive(owner, ownerBirth))
      .sort((a, b) => a.started - b.started);
  }

  private async read(name: string): Promise<RunRecord | undefined> {
    const file = join(this.path, name, 'run.json');
    try {
      const text = await readFile(file, 'utf8').catch(ignoreMissing);
      if (text === undefined) return undefined;
      const record = recordSchema.parse(JSON.parse(text));
      const latest = record.latest && withoutNull(record.latest, Number.NaN);
      return { ...record, id: name, latest, configuration: parseConfiguration(record.configuration, file) };
    } catch (error) {
      const why =
        error instanceof z.ZodError || error instanceof SyntaxError ? 'it is damaged' : describeFileError(error);
      this.report('read', file, why);
      return undefined;
    }
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}

/** JSON writes numbers that are not finite as null; an evaluation's are infinite then. */
function restoreInfinity(event: KeptEvent): KeptEvent {
  return event.event === 'evaluation' ? withoutNull(event, Number.POSITIVE_INFINITY) : event;
}

function withoutNull<T extends object>(value: T, instead: number): T {
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, field ?? instead])) as T;
}

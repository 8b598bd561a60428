import { setImmediate } from 'node:timers/promises';
import { FileError, ignoreMissing, openRegular, writeAtomically, writeFrom } from '../platform/files';
import { columnNames, type History } from './history';
import { inOrder, type KeptEvent, parseKept } from './kept-events';
import { writeJson } from './run-record';

const width = columnNames.length;
const rowBytes = width * Float64Array.BYTES_PER_ELEMENT;
const rowsAtOnce = 4096;
/** So many rows in sequence that are none are no damage but another file: the rest is not looked at. */
const mostDamagedRows = 1_000_000;

/** What a column of a step is, so that rows that slipped by some bytes are told from it. The speed may be unknown. */
const isOf: Record<(typeof columnNames)[number], (value: number) => boolean> = {
  step: Number.isSafeInteger,
  epoch: isMeasure,
  seconds: isMeasure,
  loss: Number.isFinite,
  gradNorm: isMeasure,
  clipScale: (value) => value >= 0 && value <= 1,
  clip: isMeasure,
  learningRate: isMeasure,
  tokensPerSecond: (value) => !(value < 0),
};

function isMeasure(value: number): boolean {
  return Number.isFinite(value) && value >= 0;
}

/**
 * The steps of a run on disk, `steps.f64`: a row of little-endian 64-bit floats for each, in the order of `columnNames`, and
 * in the order of the steps.
 */
export class StepsFile {
  /** Steps of the history that the file holds, from its beginning. */
  private saved = 0;
  /** Whether the file has rows that are none between those of the history. */
  private damaged = false;

  constructor(readonly path: string) {}

  /** Whether the history has steps that the file has not. */
  lacks(history: History): boolean {
    return history.steps > this.saved;
  }

  /**
   * Reads in small pieces. A row that is torn, zero or of no step, or whose step is not behind those before it, is passed over.
   * A row far ahead counts only if the next one follows it, or if it is the last: else one wild number would hide all that come after.
   * @throws FileError or an error of the system if there is something and it cannot be read
   */
  async read(history: History): Promise<void> {
    this.saved = 0;
    this.damaged = false;
    const file = await openRegular(this.path).catch(ignoreMissing);
    if (!file) return;
    let passedOver = 0;
    let ahead: Float64Array | undefined;
    const accept = (row: Float64Array) => {
      history.appendRow(row);
      this.saved++;
      if (passedOver > 0) this.damaged = true;
    };
    try {
      const rows = new Float64Array(rowsAtOnce * width); // (rows, columns)
      const bytes = new Uint8Array(rows.buffer);
      for (let offset = 0, damagedRows = 0; damagedRows < mostDamagedRows; ) {
        const { bytesRead } = await file.read(bytes, 0, bytes.length, offset);
        const complete = Math.floor(bytesRead / rowBytes);
        for (let i = 0; i < complete; i++) {
          const row = rows.subarray(i * width, (i + 1) * width);
          const last = history.lastStep;
          if (!isStep(row, last)) {
            passedOver++;
            damagedRows++;
            continue;
          }
          damagedRows = 0;
          const follows = ahead && row[0] === ahead[0] + 1;
          if (row[0] === last + 1 || follows) {
            if (ahead && follows) accept(ahead);
            else if (ahead) passedOver++;
            ahead = undefined;
            accept(row);
          } else {
            if (ahead) passedOver++;
            ahead = row.slice();
          }
        }
        offset += complete * rowBytes;
        if (complete === 0) break;
        await setImmediate();
      }
      if (ahead) accept(ahead);
    } finally {
      await file.close();
    }
  }

  /** Appends the steps that the file has not. */
  async save(history: History): Promise<void> {
    if (this.damaged) return this.rewrite(history);
    const append = async () => {
      while (this.saved < history.steps) {
        const until = Math.min(history.steps, this.saved + rowsAtOnce);
        await writeFrom(this.path, this.saved * rowBytes, new Uint8Array(history.rows(this.saved, until).buffer));
        this.saved = until;
      }
    };
    await append().catch((error) => this.rewriteAfter(error, history));
  }

  /** Cuts off the steps that the history has no more. */
  async cut(history: History): Promise<void> {
    const { steps } = history;
    if (this.saved <= steps) return;
    if (this.damaged) return this.rewrite(history);
    const cut = writeFrom(this.path, steps * rowBytes, new Uint8Array(0));
    await cut.catch((error) => this.rewriteAfter(error, history));
    this.saved = steps;
  }

  /** A file that is not what was written to it any more is written anew. @throws any other error */
  private async rewriteAfter(error: unknown, history: History): Promise<void> {
    if (!(error instanceof FileError)) throw error;
    await this.rewrite(history);
  }

  private async rewrite(history: History): Promise<void> {
    const { steps } = history;
    await writeAtomically(this.path, new Uint8Array(history.rows(0, steps).buffer));
    this.saved = steps;
    this.damaged = false;
  }
}

/** Whether a row is one of a step behind another. */
function isStep(row: Float64Array, last: number): boolean {
  return row[0] > last && columnNames.every((name, c) => isOf[name](row[c]));
}

/** An event and the place in the file where its line ends. */
interface Line {
  readonly event: KeptEvent;
  readonly end: number;
}

const newline = 0x0a;
const bytesAtOnce = 64 * 1024;
/** No event is longer; a longer line is passed over without being kept in memory. */
const longestLine = 16 * 1024 * 1024;

/** The events of a run on disk but for its steps, `events.jsonl`: a line of JSON for each, in the order of their steps. */
export class EventsFile {
  /** Where the line of each event of the history ends; other lines may stand between them, and stay. */
  private ends: number[] = [];
  /** Where the next line is to be written. */
  private end = 0;
  /** Whether the line before has no end yet. */
  private unended = false;

  constructor(readonly path: string) {}

  /** Whether the history has events that the file has not. */
  lacks(history: History): boolean {
    return history.kept.length > this.ends.length;
  }

  /**
   * Reads in small pieces. A line that is torn, damaged, not known or out of order is passed over.
   * @throws FileError or an error of the system if there is something and it cannot be read
   */
  async read(history: History): Promise<void> {
    this.ends = [];
    this.end = 0;
    this.unended = false;
    const file = await openRegular(this.path).catch(ignoreMissing);
    if (!file) return;
    const found: Line[] = [];
    const take = (line: Uint8Array, end: number): boolean => {
      const event = parseKept(line);
      if (event) found.push({ event, end });
      return event !== undefined;
    };
    try {
      const piece = Buffer.alloc(bytesAtOnce);
      let parts: Buffer[] = [];
      let length = 0;
      for (let offset = 0; ; ) {
        const { bytesRead } = await file.read(piece, 0, piece.length, offset);
        if (bytesRead === 0) break;
        let from = 0;
        for (let at = piece.indexOf(newline); at >= 0 && at < bytesRead; at = piece.indexOf(newline, from)) {
          const part = piece.subarray(from, at);
          length += part.length;
          this.end = offset + at + 1;
          if (length > 0 && length <= longestLine) take(Buffer.concat([...parts, part]), this.end);
          parts = [];
          length = 0;
          from = at + 1;
        }
        length += bytesRead - from;
        if (length <= longestLine) parts.push(Buffer.from(piece.subarray(from, bytesRead)));
        else parts = [];
        offset += bytesRead;
        await setImmediate();
      }
      // What is torn is written over; what only lacks its end gets it with the next line.
      if (length > 0 && length <= longestLine && take(Buffer.concat(parts), this.end + length)) {
        this.end += length;
        this.unended = true;
      }
    } finally {
      await file.close();
    }
    const kept = inOrder(found, ({ event }) => event.step);
    for (const { event } of kept) history.append(event);
    this.ends = kept.map(({ end }) => end);
  }

  /** Appends the events that the file has not. */
  async save(history: History): Promise<void> {
    const events = history.kept.slice(this.ends.length);
    if (events.length === 0) return;
    await this.append(events).catch((error) => this.rewriteAfter(error, history));
  }

  /** Cuts off the events that the history has no more, with what stands behind them. */
  async cut(history: History): Promise<void> {
    const count = history.kept.length;
    if (this.ends.length <= count) return;
    const end = count > 0 ? this.ends[count - 1] : 0;
    const cut = async () => {
      await writeFrom(this.path, end, new Uint8Array(0));
      this.ends.length = count;
      this.end = end;
      this.unended = false;
    };
    await cut().catch((error) => this.rewriteAfter(error, history));
  }

  /** A file that is not what was written to it any more is written anew. @throws any other error */
  private async rewriteAfter(error: unknown, history: History): Promise<void> {
    if (!(error instanceof FileError)) throw error;
    const { bytes, ends } = linesOf(history.kept, 0);
    await writeAtomically(this.path, bytes);
    this.ends = ends;
    this.end = bytes.length;
    this.unended = false;
  }

  private async append(events: readonly KeptEvent[]): Promise<void> {
    const before = this.unended ? '\n' : '';
    const { bytes, ends } = linesOf(events, this.end, before);
    await writeFrom(this.path, this.end, bytes);
    this.ends.push(...ends);
    this.end += bytes.length;
    this.unended = false;
  }
}

/** The bytes of lines at a place in a file, and where each ends there. @param before stands before the first */
function linesOf(events: readonly KeptEvent[], at: number, before = ''): { bytes: Buffer; ends: number[] } {
  const lines = events.map((event) => Buffer.from(`${writeJson(event)}\n`));
  const ends: number[] = [];
  let end = at + before.length;
  for (const line of lines) {
    end += line.length;
    ends.push(end);
  }
  return { bytes: Buffer.concat([Buffer.from(before), ...lines]), ends };
}

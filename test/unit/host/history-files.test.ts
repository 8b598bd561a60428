import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { columnNames, History } from '../../../src/host/history';
import { EventsFile, StepsFile } from '../../../src/host/history-files';
import { inOrder, type KeptEvent } from '../../../src/host/kept-events';
import { evaluation, mark, step } from './events';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'recurrent-history-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const rowBytes = columnNames.length * 8;

/** A history of so many steps, with an evaluation and a continuation at each tenth. */
function filled(steps: number): History {
  const history = new History();
  for (let i = 1; i <= steps; i++) {
    history.append(step(i, { loss: Math.sin(i) }));
    if (i % 10 !== 0) continue;
    history.append(evaluation(i, 1 / i));
    history.append({ event: 'continuation', step: i, prompt: '', text: `the whale ${i}` });
  }
  return history;
}

describe('events.jsonl', () => {
  const path = () => join(home, 'events.jsonl');

  async function save(history: History): Promise<EventsFile> {
    const file = new EventsFile(path());
    await file.save(history);
    return file;
  }

  async function read(): Promise<{ file: EventsFile; history: History }> {
    const file = new EventsFile(path());
    const history = new History();
    await file.read(history);
    return { file, history };
  }

  /** What is read of these lines; then one more event is saved, and everything is read again. */
  async function survivors(lines: (string | Uint8Array)[], end = '\n'): Promise<KeptEvent[]> {
    const bytes = lines.map((line) => Buffer.from(line as string));
    writeFileSync(
      path(),
      Buffer.concat(bytes.flatMap((line, i) => [line, Buffer.from(i < lines.length - 1 ? '\n' : end)])),
    );
    const { file, history } = await read();
    const before = [...history.kept];
    const { step: last } = before.at(-1) ?? { step: 0 };
    history.append(mark(last + 1));
    await file.save(history);
    const again = (await read()).history.kept;
    expect(again).toEqual([...before, mark(last + 1)]);
    return before;
  }

  const { kept } = filled(110);
  const lines = kept.map((event) => JSON.stringify(event));

  it('brings back 22 events', async () => {
    expect(lines).toHaveLength(22);
    expect(await survivors(lines)).toEqual(kept);
  });

  it.each<[string, (line: string) => string | Uint8Array]>([
    ['torn', (line) => line.slice(0, 20)],
    ['empty', () => ''],
    ['of another program', () => 'Nov 28 06:29 something happened'],
    ['of a kind that is not known', () => '{"event":"star","step":60}'],
    ['a mark of a kind that is not known', () => '{"event":"mark","step":60,"kind":"star","text":""}'],
    ['JSON, but no event', () => '[1, 2, {"a": null}]'],
    ['null', () => 'null'],
    ['an event without what it needs', () => '{"event":"evaluation","step":60}'],
    ['an event with a word for a number', (line) => line.replace(/"step":\d+/, '"step":"many"')],
    ['an event of half a step', (line) => line.replace(/"step":\d+/, '"step":60.5')],
    ['of a step far ahead', (line) => line.replace(/"step":\d+/, '"step":123456789')],
    ['of a step before', (line) => line.replace(/"step":\d+/, '"step":3')],
    [
      'not UTF-8',
      (line) => Buffer.concat([Buffer.from(line.slice(0, 30)), Buffer.of(0xff), Buffer.from(line.slice(30))]),
    ],
    ['nested without end', () => '['.repeat(100_000)],
    ['of a million bytes', () => `"${'x'.repeat(1_000_000)}`],
    ['longer than any event', () => 'x'.repeat(17 * 1024 * 1024)],
  ])('leaves out a line that is %s, and nothing else', async (_, damage) => {
    const at = 12;
    const damaged: (string | Uint8Array)[] = [...lines];
    damaged[at] = damage(lines[at]);
    expect(await survivors(damaged)).toEqual(kept.filter((_event, i) => i !== at));
  });

  it('leaves out what stands between the lines, and everything that is damaged at once', async () => {
    const foreign = ['', '{"event":"star","step":1}', '{', 'null'];
    expect(await survivors(lines.flatMap((line, i) => [line, foreign[i % foreign.length]]))).toEqual(kept);
  });

  it.each([
    ['CRLF', lines.map((line) => `${line}\r`), '\n'],
    ['a mark of UTF-8', lines.map((line, i) => (i === 0 ? `\uFEFF${line}` : line)), '\n'],
    ['no end of the last line', lines, ''],
    ['CRLF and no end of the last line', lines.map((line) => `${line}\r`), ''],
    ['no end of the last line, which is torn', [...lines, '{"event":"ma'], ''],
  ])('reads a file with %s whole, and goes on writing to it', async (_, written, end) => {
    expect(await survivors(written, end)).toEqual(kept);
  });

  it('keeps what other programs take for ends of lines', async () => {
    const history = new History();
    for (const [i, text] of ['a\u2028b', 'c\u2029d', 'e\u0085f', 'g\rh', '\n', '\ud800'].entries()) {
      history.append({ event: 'continuation', step: i, prompt: text, text });
    }
    await save(history);
    expect((await read()).history.kept).toEqual(history.kept);
  });

  it('reads lines that cross the pieces in which it is read', async () => {
    const history = new History();
    for (let i = 1; i <= 300; i++)
      history.append({ event: 'continuation', step: i, prompt: '', text: 'é'.repeat(i * 7) });
    await save(history);
    expect((await read()).history.kept).toEqual(history.kept);
  });

  it('keeps the lines that it does not know when it writes behind them', async () => {
    writeFileSync(path(), `${lines[0]}\n{"event":"star","step":10}\n`);
    const { file, history } = await read();
    history.append(mark(20));
    await file.save(history);
    expect(readFileSync(path(), 'utf8')).toContain('"star"');
  });

  it('is cut at an event, with what is behind it', async () => {
    const file = await save(filled(110));
    const history = filled(110);
    history.truncate(55);
    await file.cut(history);
    expect((await read()).history.kept).toEqual(history.kept);
    history.append(mark(56));
    await file.save(history);
    expect((await read()).history.kept).toEqual(history.kept);
  });

  it('is written anew when it is not what was written to it any more', async () => {
    const history = filled(50);
    const file = await save(history);
    truncateSync(path(), 100);
    history.append(mark(51));
    await file.save(history);
    expect((await read()).history.kept).toEqual(history.kept);
    rmSync(path());
    history.append(mark(52));
    await file.save(history);
    expect((await read()).history.kept).toEqual(history.kept);
  });

  it.each([
    ['a folder', () => mkdirSync(path()), 'it is a folder'],
    ['a pipe', () => void execFileSync('mkfifo', [path()]), 'it is a pipe, not a file'],
    ['a device', () => void execFileSync('ln', ['-s', '/dev/zero', path()]), 'it is a device, not a file'],
  ])('is not read or written if it is %s', async (_, make, why) => {
    make();
    await expect(read()).rejects.toThrow(why);
    await expect(new EventsFile(path()).save(filled(10))).rejects.toThrow(why);
  });
});

describe('steps.f64', () => {
  const path = () => join(home, 'steps.f64');

  async function read(): Promise<{ file: StepsFile; history: History; steps: number[] }> {
    const file = new StepsFile(path());
    const history = new History();
    await file.read(history);
    return { file, history, steps: [...history.stretch().stretch.columns.step] };
  }

  /** A file of these steps; a step may be replaced by a whole row. */
  function write(rows: readonly (number | readonly number[])[]): void {
    const values = rows.flatMap((row) => (typeof row === 'number' ? rowOf(row) : row));
    writeFileSync(path(), new Uint8Array(Float64Array.from(values).buffer));
  }

  function rowOf(number: number): number[] {
    const history = new History();
    history.append(step(number));
    return [...history.rows(0, 1)];
  }

  const upTo = (last: number, from = 1) => Array.from({ length: last - from + 1 }, (_, i) => from + i);
  const zeros = columnNames.map(() => 0);
  const withValue = (number: number, column: (typeof columnNames)[number], value: number) =>
    rowOf(number).map((old, c) => (columnNames[c] === column ? value : old));

  it.each<[string, readonly (number | readonly number[])[], number[]]>([
    ['zero rows at its end', [...upTo(20), zeros, zeros, zeros], upTo(20)],
    ['zero rows within', [...upTo(10), zeros, zeros, ...upTo(20, 11)], upTo(20)],
    ['a hole, and steps behind it', [...upTo(10), zeros, ...upTo(30, 20)], [...upTo(10), ...upTo(30, 20)]],
    [
      'a loss that is no number',
      [...upTo(10), withValue(11, 'loss', Number.NaN), ...upTo(20, 12)],
      [...upTo(10), ...upTo(20, 12)],
    ],
    [
      'an infinite norm',
      [...upTo(10), withValue(11, 'gradNorm', Number.POSITIVE_INFINITY), ...upTo(20, 12)],
      [...upTo(10), ...upTo(20, 12)],
    ],
    ['a step far ahead', [...upTo(10), 123456789, ...upTo(20, 12)], [...upTo(10), ...upTo(20, 12)]],
    ['a step far ahead, of two', [...upTo(10), 123456789, ...upTo(20, 11)], upTo(20)],
    ['half a step', [...upTo(10), 10.5, ...upTo(20, 11)], upTo(20)],
    ['steps of before', [...upTo(10), ...upTo(8, 5), ...upTo(20, 11)], upTo(20)],
    ['its steps twice', [...upTo(10), ...upTo(10), ...upTo(20, 11)], upTo(20)],
    ['a speed that is not known', [withValue(1, 'tokensPerSecond', Number.NaN), ...upTo(20, 2)], upTo(20)],
    ['one step only, and not the first', [7], [7]],
    ['nothing but zeros', [zeros, zeros], []],
  ])('with %s gives the rest, and is gone on with', async (_, rows, expected) => {
    write(rows);
    const { file, history, steps } = await read();
    expect(steps).toEqual(expected);
    const next = (expected.at(-1) ?? 0) + 1;
    history.append(step(next));
    await file.save(history);
    expect((await read()).steps).toEqual([...expected, next]);
    history.truncate(5);
    await file.cut(history);
    expect((await read()).steps).toEqual([...expected, next].filter((number) => number <= 5));
  });

  it('is cut though rows within are damaged', async () => {
    write([...upTo(10), zeros, ...upTo(20, 11)]);
    const { file, history } = await read();
    history.truncate(15);
    await file.cut(history);
    expect((await read()).steps).toEqual(upTo(15));
  });

  it('is written from its beginning when it ends before what was written to it', async () => {
    const history = filled(50);
    const file = new StepsFile(path());
    await file.save(history);
    truncateSync(path(), 10 * rowBytes);
    history.append(step(51));
    await file.save(history);
    expect((await read()).history.rows(0, 51)).toEqual(history.rows(0, 51));
    rmSync(path());
    history.truncate(40);
    await file.cut(history);
    expect((await read()).steps).toEqual(upTo(40));
  });

  it('leaves nothing old behind what is written over it', async () => {
    const file = new StepsFile(path());
    await file.save(filled(10));
    appendFileSync(path(), new Uint8Array(filled(20).rows(12, 20).buffer));
    await file.save(filled(11));
    expect((await read()).steps).toEqual(upTo(11));
  });

  it('is not looked at for ever if it is no file of steps', async () => {
    writeFileSync(path(), '');
    truncateSync(path(), 2 ** 34);
    expect((await read()).steps).toEqual([]);
  });

  it.each([
    ['a folder', () => mkdirSync(path()), 'it is a folder'],
    ['a pipe', () => void execFileSync('mkfifo', [path()]), 'it is a pipe, not a file'],
  ])('is not read or written if it is %s', async (_, make, why) => {
    make();
    await expect(read()).rejects.toThrow(why);
    await expect(new StepsFile(path()).save(filled(10))).rejects.toThrow(why);
  });
});

describe('What stays in order', () => {
  it.each([
    [[], []],
    [
      [1, 2, 2, 3],
      [1, 2, 2, 3],
    ],
    [
      [1, 99, 2, 3],
      [1, 2, 3],
    ],
    [
      [1, 2, 99],
      [1, 2, 99],
    ],
    [
      [5, 6, 1, 7, 8],
      [5, 6, 7, 8],
    ],
    [[3, 2, 1], [1]],
  ])('of %j is %j', (steps, expected) => {
    expect(inOrder(steps, (value) => value)).toEqual(expected);
  });
});

import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { History } from '../../../src/host/history';
import type { RunRecord } from '../../../src/host/run-record';
import { RunStore } from '../../../src/host/run-store';
import { parseConfiguration } from '../../../src/model/configuration';
import { birthOf } from '../../../src/platform/processes';
import { evaluation, mark, step } from './events';

let home: string;
let problems: string[];
let store: RunStore;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'recurrent-store-'));
  problems = [];
  store = new RunStore(join(home, 'runs'), (...problem) =>
    problems.push(problem.filter((part) => part !== 0).join(' | ')),
  );
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function record(id: string, change: Partial<RunRecord> = {}): RunRecord {
  const configuration = parseConfiguration({ model: { hidden: 17 } }, 'test');
  const fixed = { version: 1, name: 'GRU-17 · a.txt', source: 'a.txt', copied: false, message: '' } as const;
  return { ...fixed, id, started: 1, configuration, state: 'finished', checkpoints: {}, ...change };
}

function filled(steps: number): History {
  const history = new History();
  for (let i = 1; i <= steps; i++) {
    history.append(step(i, { loss: Math.sin(i) }));
    if (i % 10 === 0) history.append(evaluation(i, 1 / i));
    if (i % 25 === 0) history.append(mark(i));
  }
  return history;
}

async function reread(id: string): Promise<History> {
  const history = new History();
  await store.folder(id).readHistory(history);
  return history;
}

describe('The run store', () => {
  it('brings back records and histories exactly', async () => {
    const folder = store.folder('one');
    const history = filled(10_000);
    await folder.saveRecord(record('one'));
    await folder.saveHistory(history);
    for (let i = 10_001; i <= 10_050; i++) history.append(step(i));
    history.append(evaluation(10_050, 0.5));
    await folder.saveHistory(history);
    expect((await store.list()).map((run) => run.record)).toEqual([record('one')]);
    const read = await reread('one');
    expect(read.stretch()).toEqual(history.stretch());
    expect(read.kept).toEqual(history.kept);
    expect(problems).toEqual([]);
  });

  it('goes on appending to a history that it read', async () => {
    await store.folder('one').saveHistory(filled(30));
    const folder = store.folder('one');
    const history = new History();
    await folder.readHistory(history);
    history.append(step(31));
    history.append(mark(31));
    await folder.saveHistory(history);
    const read = await reread('one');
    expect(read.lastStep).toBe(31);
    expect(read.kept).toEqual(history.kept);
  });

  it('leaves out a row and a line that a crash tore, and writes over them', async () => {
    await store.folder('one').saveHistory(filled(30));
    appendFileSync(join(home, 'runs/one/steps.f64'), 'torn');
    appendFileSync(join(home, 'runs/one/events.jsonl'), '{"event":"mark","st');
    const folder = store.folder('one');
    const history = new History();
    await folder.readHistory(history);
    expect(history.steps).toBe(30);
    history.append(step(31));
    history.append(mark(31));
    await folder.saveHistory(history);
    const read = await reread('one');
    expect(read.stretch()).toEqual(history.stretch());
  });

  it('cuts a history on disk, keeps the steps before the cut in place, and goes on from there', async () => {
    const folder = store.folder('one');
    const steps = join(home, 'runs/one/steps.f64');
    const history = filled(30);
    await folder.saveHistory(history);
    const before = readFileSync(steps);
    history.truncate(27);
    await folder.cutHistory(history);
    expect(readFileSync(steps)).toEqual(before.subarray(0, (27 / 30) * before.length));
    history.append(step(28, { loss: 9 }));
    await folder.saveHistory(history);
    const read = await reread('one');
    expect(read.stretch()).toEqual(history.stretch());
    expect(read.kept).toEqual(history.kept);
  });

  it('cuts a history that is not all on disk yet', async () => {
    const folder = store.folder('one');
    const history = filled(30);
    await folder.saveHistory(history);
    for (let i = 31; i <= 50; i++) history.append(step(i));
    history.truncate(40);
    await folder.cutHistory(history);
    await folder.saveHistory(history);
    expect((await reread('one')).stretch()).toEqual(history.stretch());
  });

  it('keeps numbers that JSON cannot write', async () => {
    const folder = store.folder('one');
    const history = filled(1);
    history.append(evaluation(1, 1000));
    history.append({ event: 'flow', step: 1, norms: [[1, Number.POSITIVE_INFINITY, 3]] });
    await folder.saveHistory(history);
    expect(readFileSync(join(home, 'runs/one/events.jsonl'), 'utf8')).not.toContain('"perplexity"');
    const read = await reread('one');
    expect(read.kept).toEqual(history.kept);
    expect(read.evaluations[0].perplexity).toBe(Number.POSITIVE_INFINITY);
  });

  it('complains once about a folder that cannot be written, and writes everything when it can', async () => {
    writeFileSync(join(home, 'runs'), 'a file where the folder should be');
    const folder = store.folder('one');
    const history = filled(20);
    expect(await folder.saveCheckpoint('latest', Uint8Array.of(1))).toBe(false);
    expect(await folder.saveHistory(new History()), 'nothing is written').toBe(true);
    expect(await folder.saveHistory(history)).toBe(false);
    expect(await folder.saveRecord(record('one'))).toBe(false);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^write \| .*one \| .+/);
    rmSync(join(home, 'runs'));
    expect(await folder.saveHistory(history)).toBe(true);
    expect((await reread('one')).stretch()).toEqual(history.stretch());
  });

  it('leaves no partial file behind a checkpoint', async () => {
    const folder = store.folder('one');
    await folder.saveCheckpoint('best', new Uint8Array([1, 2, 3]));
    await folder.saveCheckpoint('best', new Uint8Array([4]));
    expect(readdirSync(join(home, 'runs/one'))).toEqual(['best.safetensors']);
    expect([...(await folder.readCheckpoint('best'))]).toEqual([4]);
  });

  it('passes over a damaged record with one sentence, and lists the others', async () => {
    await store.folder('good').saveRecord(record('good'));
    mkdirSync(join(home, 'runs/bad'));
    writeFileSync(join(home, 'runs/bad/run.json'), '{"version": 1,');
    mkdirSync(join(home, 'runs/empty'));
    expect((await store.list()).map(({ record }) => record.id)).toEqual(['good']);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/run\.json \| it is damaged$/);
  });

  it('leaves the runs of another living window alone', async () => {
    await store.folder('mine').saveRecord(record('mine', { state: 'running', owner: process.pid }));
    await store.folder('theirs').saveRecord(record('theirs', { state: 'running', owner: process.ppid }));
    await store.folder('dead').saveRecord(record('dead', { state: 'running', owner: 2 ** 22 + 12345 }));
    const elsewhere = (await store.list()).map((run) => [run.record.id, run.elsewhere]).sort();
    expect(elsewhere).toEqual([
      ['dead', false],
      ['mine', false],
      ['theirs', true],
    ]);
  });

  it.runIf(process.platform === 'linux')('is not misled by a process that got the id of a dead one', async () => {
    const state = 'running';
    const owner = process.ppid;
    await store.folder('theirs').saveRecord(record('theirs', { state, owner, ownerBirth: birthOf(owner) }));
    await store.folder('dead').saveRecord(record('dead', { state, owner, ownerBirth: birthOf(process.pid) }));
    const elsewhere = (await store.list()).map((run) => [run.record.id, run.elsewhere]).sort();
    expect(elsewhere).toEqual([
      ['dead', false],
      ['theirs', true],
    ]);
  });

  it('does not bring a deleted run back', async () => {
    const folder = store.folder('one');
    void folder.saveRecord(record('one'));
    const deleted = folder.delete();
    const late = [folder.saveRecord(record('one')), folder.saveCheckpoint('best', new Uint8Array(1))];
    expect(await deleted).toBe(true);
    expect(await Promise.all(late)).toEqual([false, false]);
    expect(readdirSync(join(home, 'runs'))).toEqual([]);
    expect(problems).toEqual([]);
  });

  it('deletes a run with everything in its folder', async () => {
    const folder = store.folder('one');
    await folder.saveRecord(record('one'));
    await folder.delete();
    expect(readdirSync(join(home, 'runs'))).toEqual([]);
  });
});

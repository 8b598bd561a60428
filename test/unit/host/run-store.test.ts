import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
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

/** Names of a run's files, without its claim. */
function files(id: string): string[] {
  return readdirSync(join(home, 'runs', id))
    .filter((name) => !name.startsWith('claim.'))
    .sort();
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
    expect(files('one')).toEqual(['best.safetensors']);
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

  it('minds no owner that is no process, or no longer the one that wrote', async () => {
    for (const owner of [0, -1, 1.5, 2 ** 40]) {
      await store.folder(`of-${owner}`).saveRecord(record(`of-${owner}`, { state: 'running', owner }));
    }
    // As where the system tells no birth, and another process has the id.
    await store.folder('reused').saveRecord(record('reused', { state: 'running', owner: process.ppid }));
    utimesSync(join(home, 'runs/reused/run.json'), 1e9, 1e9);
    const runs = await store.list();
    expect(runs).toHaveLength(5);
    expect(runs.filter(({ elsewhere }) => elsewhere)).toEqual([]);
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

describe('A run that was stored before', () => {
  it('opens as it was', async () => {
    cpSync('test/fixtures/runs', join(home, 'runs'), { recursive: true });
    const id = '20260101T120000-abc123';
    const [run] = await store.list();
    const configuration = parseConfiguration({ model: { hidden: 16 } }, 'test');
    const fixed = { version: 1, id, name: 'GRU-16 · whale.txt', source: 'whale.txt', copied: false } as const;
    expect(run.record).toMatchObject({
      ...fixed,
      uri: 'file:///texts/whale.txt',
      started: 1767268800000,
      configuration,
      state: 'stopped',
      message: 'Stopped at step 40.',
      checkpoints: { best: 40, latest: 40 },
    });
    expect(run.record.prepared?.baselines).toHaveLength(2);
    expect(run.record.latest).toMatchObject({ step: 40, totalSteps: 400, bestPerplexity: Number.POSITIVE_INFINITY });
    const history = await reread(id);
    expect(history.steps).toBe(40);
    expect(history.kept.map(({ event, step }) => `${event} ${step}`)).toEqual([
      'evaluation 20',
      'continuation 20',
      'flow 20',
      'evaluation 40',
      'continuation 40',
      'flow 40',
      'mark 40',
      'mark 40',
    ]);
    expect(history.evaluations.map(({ nats, perplexity }) => [nats, perplexity])).toEqual([
      [800, Number.POSITIVE_INFINITY],
      [2.25, Math.exp(2.25)],
    ]);
    expect(history.flows[0].norms).toEqual([[1, 0.5, Number.POSITIVE_INFINITY]]);
    expect(history.continuations[1].text).toBe('whale\u2028and “the” sea\n');
    expect(problems).toEqual([]);
    const files = ['run.json', 'events.jsonl', 'steps.f64'];
    const bytes = files.map((name) => readFileSync(join(home, 'runs', id, name)));
    expect(bytes).toEqual(files.map((name) => readFileSync(join('test/fixtures/runs', id, name))));
  });
});

describe('A record', () => {
  /** Writes run.json with a change, and reads it. */
  async function read(change: object): Promise<RunRecord | undefined> {
    mkdirSync(join(home, 'runs/one'), { recursive: true });
    writeFileSync(join(home, 'runs/one/run.json'), JSON.stringify({ ...record('one'), ...change }));
    return (await store.list())[0]?.record;
  }

  it.each<[string, object, Partial<RunRecord>]>([
    ['latest', { latest: {} }, { latest: undefined }],
    ['latest', { latest: null }, { latest: undefined }],
    ['latest', { latest: { step: 'one' } }, { latest: undefined }],
    ['prepared', { prepared: {} }, { prepared: undefined }],
    ['prepared', { prepared: [] }, { prepared: undefined }],
    ['name', { name: 3 }, { name: 'one' }],
    ['source', { source: null }, { source: '' }],
    ['started', { started: 'yesterday' }, { started: 0 }],
    ['state', { state: 'dancing' }, { state: 'stopped' }],
    ['message', { message: {} }, { message: '' }],
    ['checkpoints', { checkpoints: null }, { checkpoints: {} }],
    ['a checkpoint', { checkpoints: { best: 'x', latest: 7 } }, { checkpoints: { best: undefined, latest: 7 } }],
    ['uri', { uri: 5 }, { uri: undefined }],
    ['owner', { owner: 'me' }, { owner: undefined }],
  ])('whose %s is damaged is there without it (%j)', async (_, change, expected) => {
    expect(await read(change)).toEqual({ ...record('one'), ...expected });
    expect(problems).toEqual([]);
  });

  it.each([
    ['no configuration', { configuration: null }],
    ['a configuration out of range', { configuration: { training: { lr: null } } }],
    ['another version', { version: 2 }],
  ])('with %s is left out, with a word', async (_, change) => {
    expect(await read(change)).toBeUndefined();
    expect(problems).toHaveLength(1);
    await store.list();
    expect(problems, 'once').toHaveLength(1);
  });
});

describe('A folder of runs with other things in it', () => {
  it('tells of all that is damaged together, and passes over what is no run', async () => {
    await store.folder('good').saveRecord(record('good'));
    const runs = join(home, 'runs');
    writeFileSync(join(runs, '.DS_Store'), 'x');
    mkdirSync(join(runs, 'empty'));
    for (let i = 0; i < 50; i++) {
      mkdirSync(join(runs, `bad-${i}`));
      writeFileSync(join(runs, `bad-${i}/run.json`), i % 2 ? '{' : '[]');
    }
    mkdirSync(join(runs, 'piped'));
    execFileSync('mkfifo', [join(runs, 'piped/run.json')]);
    mkdirSync(join(runs, 'zero'));
    symlinkSync('/dev/zero', join(runs, 'zero/run.json'));
    mkdirSync(join(runs, 'folder/run.json'), { recursive: true });
    symlinkSync('nowhere', join(runs, 'dangling'));
    expect((await store.list()).map((run) => run.record.id)).toEqual(['good']);
    expect(problems).toEqual([`read | ${join(runs, 'bad-0/run.json')} | it is damaged | 52`]);
  });

  it.runIf(process.platform === 'linux')(
    'is read with few files open at once, and again only where it has changed',
    async () => {
      const count = 1500;
      for (let i = 0; i < count; i++) {
        mkdirSync(join(home, `runs/${i}`), { recursive: true });
        writeFileSync(join(home, `runs/${i}/run.json`), JSON.stringify(record(`${i}`, { started: i })));
      }
      let most = 0;
      const watching = setInterval(() => {
        most = Math.max(most, readdirSync('/proc/self/fd').length);
      }, 1);
      const before = readdirSync('/proc/self/fd').length;
      const runs = await store.list();
      clearInterval(watching);
      expect(runs.map(({ record: { started } }) => started)).toEqual(Array.from({ length: count }, (_, i) => i));
      expect(most - before).toBeLessThan(64);
      writeFileSync(join(home, 'runs/7/run.json'), JSON.stringify(record('7', { started: 7, name: 'changed' })));
      const again = await store.list();
      expect(again.filter((run, i) => run.record !== runs[i].record).map(({ record: { name } }) => name)).toEqual([
        'changed',
      ]);
      expect(problems).toEqual([]);
    },
  );
});

describe('What processes left that were ended', () => {
  const runs = () => join(home, 'runs');
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  const long = () => new Date(Date.now() - 2 * 60 * 60 * 1000);

  function make(name: string, files: readonly string[]): void {
    mkdirSync(join(runs(), name), { recursive: true });
    for (const file of files) writeFileSync(join(runs(), name, file), 'x');
    utimesSync(join(runs(), name), long(), long());
  }

  it('is cleared: temporary files, folders half deleted, and folders without a run', async () => {
    await store.folder('one').saveRecord(record('one'));
    make('one', [`best.safetensors.${dead}.partial`, `run.json.${process.ppid}.partial`, `abc.${dead}.partial`]);
    make('half.deleted', ['best.safetensors', 'steps.f64']);
    make('nothing', [`run.json.${dead}.partial`]);
    utimesSync(join(runs(), 'nothing'), long(), long());
    await store.tidy();
    expect(files('one')).toEqual(['run.json', `run.json.${process.ppid}.partial`]);
    expect(existsSync(join(runs(), 'half.deleted'))).toBe(false);
    utimesSync(join(runs(), 'nothing'), long(), long());
    await store.tidy();
    expect(readdirSync(runs())).toEqual(['one']);
  });

  it('stays where a person could want it, where it is new, and where somebody has claimed it', async () => {
    for (const file of ['text.txt', 'best.safetensors', 'steps.f64', 'notes.md']) make(`with-${file}`, [file]);
    mkdirSync(join(runs(), 'new'));
    const claimed = store.folder('claimed');
    await claimed.hold();
    utimesSync(join(runs(), 'claimed'), long(), long());
    const before = readdirSync(runs());
    await store.tidy();
    expect(readdirSync(runs())).toEqual(before);
    await claimed.letGo();
  });
});

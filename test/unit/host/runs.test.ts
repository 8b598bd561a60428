import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Run } from '../../../src/host/run';
import { readCheckpoint } from '../../../src/model/checkpoint';
import { openWindow, textIn, tiny, type Window } from './support/window';

let home: string;
let folder: string;
let open: Window[];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'recurrent-runs-'));
  folder = join(home, 'runs');
  open = [];
});
afterEach(async () => {
  for (const { runs } of open) await runs.close();
  for (const { runs } of open) runs.dispose();
  rmSync(home, { recursive: true, force: true });
});

async function window(): Promise<Window> {
  const opened = openWindow(folder);
  open.push(opened);
  await opened.runs.restore();
  return opened;
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const end = Date.now() + 20_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`Waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const text = () => textIn(join(home, 'texts'));
const read = async () => text();
const at = (run: Run, step: number) => until(`step ${step}`, () => run.history.lastStep >= step);
const rest = (run: Run) => until('it is at rest', () => !run.isLive);
const steps = (run: Run) => [...run.history.stretch().stretch.columns.step];
const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);

async function stop({ runs }: Window, run: Run): Promise<void> {
  runs.session(run)?.stop();
  await rest(run);
  await run.save();
}

/** A window in which a run has stopped, some steps after its best evaluation. */
async function stopped(): Promise<{ here: Window; run: Run }> {
  const here = await window();
  const run = here.runs.start(text(), tiny());
  await at(run, 60);
  await stop(here, run);
  for (let { best, latest } = stored(run).checkpoints; best === latest; { best, latest } = stored(run).checkpoints) {
    await here.runs.goOn(run, read);
    await at(run, latest + 5);
    await stop(here, run);
  }
  return { here, run };
}

/** The same, stopped at a step that is not the one it was best at. */
async function stoppedPastBest(): Promise<{ here: Window; run: Run }> {
  const { here, run } = await stopped();
  for (let attempt = 0; attempt < 20 && stored(run).checkpoints.best >= stored(run).checkpoints.latest; attempt++) {
    await here.runs.goOn(run, async () => text());
    await at(run, run.checkpointStep + 1);
    await stop(here, run);
  }
  return { here, run };
}

const file = (run: Run, name: string) => join(run.folder.path, name);
const claimOf = (run: Run) =>
  JSON.parse(readFileSync(file(run, readdirSync(run.folder.path).filter((name) => /^claim/.test(name))[0]), 'utf8'));
const stored = (run: Run) => JSON.parse(readFileSync(file(run, 'run.json'), 'utf8'));

describe('A run', () => {
  it('is on disk as soon as it starts', async () => {
    const { runs } = await window();
    const run = runs.start(text(), tiny());
    await run.save();
    expect(stored(run)).toMatchObject({ name: run.name, state: 'preparing', checkpoints: {} });
    expect(claimOf(run)).toMatchObject({ pid: process.pid });
  });

  it('has its steps on disk before the weights that came of them, and those before its record', async () => {
    const { runs } = await window();
    const run = runs.start(text(), tiny({ evaluateEvery: 5, maxSteps: 600 }));
    let looks = 0;
    await until('it is at rest', () => {
      const reading = (name: string) => (existsSync(file(run, name)) ? readFileSync(file(run, name)) : undefined);
      // In the order that makes what is written meanwhile no excuse.
      const record = reading('run.json');
      const weights = reading('latest.safetensors');
      const rows = reading('steps.f64')?.length ?? 0;
      if (record && weights) {
        const step = readCheckpoint(weights, 'latest').resume!.progress.step;
        expect(rows / 72).toBeGreaterThanOrEqual(step);
        expect(step).toBeGreaterThanOrEqual(JSON.parse(record.toString()).checkpoints.latest ?? 0);
        looks++;
      }
      return !run.isLive;
    });
    expect(looks).toBeGreaterThan(5);
  });

  it('goes on from the step that its file says, whatever its record says, and keeps the steps up to it', async () => {
    const { run } = await stopped();
    const { checkpoints } = stored(run);
    writeFileSync(
      file(run, 'run.json'),
      JSON.stringify({ ...stored(run), state: 'running', checkpoints: { best: 40 } }),
    );
    const { runs } = await window();
    const [again] = runs.all;
    expect(again.state).toBe('stopped');
    expect(again.checkpointStep).toBe(checkpoints.latest);
    expect(again.summary.message).toContain(`step ${checkpoints.latest}`);
    await runs.goOn(again, read);
    await at(again, checkpoints.latest + 20);
    expect(steps(again)).toEqual(upTo(again.history.lastStep));
    const { step, kind } = again.history.marks.findLast((mark) => mark.kind === 'restored')!;
    expect([step, kind]).toEqual([checkpoints.latest, 'restored']);
  });

  it('is not written over by weights without the steps that they came of', async () => {
    const { here, run } = await stopped();
    const before = readFileSync(file(run, 'latest.safetensors'));
    renameSync(file(run, 'steps.f64'), file(run, 'away'));
    mkdirSync(file(run, 'steps.f64'));
    await here.runs.goOn(run, read);
    await at(run, run.checkpointStep + 50);
    await run.save();
    expect(readFileSync(file(run, 'latest.safetensors')).equals(before)).toBe(true);
    expect(here.problems).toHaveLength(1);
    rmSync(file(run, 'steps.f64'), { recursive: true });
    await stop(here, run);
    const { runs } = await window();
    await runs.all[0].load();
    expect(steps(runs.all[0])).toEqual(steps(run));
  });

  it('comes back whole when its folder was removed while it trains', async () => {
    const here = await window();
    const run = here.runs.start(text(), tiny());
    await at(run, 60);
    rmSync(run.folder.path, { recursive: true });
    await at(run, 120);
    await stop(here, run);
    const { runs } = await window();
    await runs.all[0].load();
    expect(steps(runs.all[0])).toEqual(upTo(run.history.lastStep));
    expect(runs.all[0].history.kept).toEqual(run.history.kept);
  });

  it('keeps a text that no file holds beside it, behind its record', async () => {
    const { runs } = await window();
    const typed = { ...text(), saved: false };
    const run = runs.start(typed, tiny());
    await until('it is there', () => existsSync(file(run, 'text.txt')));
    expect(stored(run).copied).toBe(true);
    expect(readFileSync(file(run, 'text.txt'))).toEqual(Buffer.from(typed.bytes));
  });

  it('stands behind the others after the clock was set back, and after a reload too', async () => {
    const here = await window();
    const first = here.runs.start(text(), tiny({ maxSteps: 1 }));
    const now = Date.now;
    Date.now = () => now() - 1e9;
    const second = here.runs.start(text(), tiny({ maxSteps: 1 }));
    Date.now = now;
    await Promise.all([rest(first), rest(second)]);
    await Promise.all([first.save(), second.save()]);
    const { runs } = await window();
    expect(runs.all.map(({ id }) => id)).toEqual([second.id, first.id]);
    expect(runs.front?.id).toBe(second.id);
  });

  it.each([
    ['lr', Number.NaN],
    ['lr', 'abc'],
    ['lr', null],
    ['lr', 1e9],
    ['clip', -1],
    ['clip', Number.POSITIVE_INFINITY],
  ])('refuses a change of %s to %s in a sentence, and trains on as before', async (name, value) => {
    const { runs } = await window();
    const run = runs.start(text(), tiny());
    const change = JSON.parse('{}');
    change[name] = value;
    expect(() => runs.session(run)?.adjust(change)).toThrow(
      new RegExp(`^Nothing was changed: recurrent\\.training\\.${name} is .*, but must be a number from .*\\.$`),
    );
    expect(run.configuration).toEqual(tiny());
  });
});

describe('What a run goes on from', () => {
  it.each<[string, (file: string) => void]>([
    ['missing', (file) => rmSync(file, { force: true })],
    [
      'a folder',
      (file) => {
        rmSync(file, { recursive: true, force: true });
        mkdirSync(file);
      },
    ],
    [
      'a pipe',
      (file) => {
        rmSync(file, { recursive: true, force: true });
        execFileSync('mkfifo', [file]);
      },
    ],
    ['cut short', (file) => truncateSync(file, 200)],
    ['another file', (file) => writeFileSync(file, 'no tensors')],
  ])('is the best where the newest is %s, or a sentence where that is too', async (_, damage) => {
    const { here, run } = await stoppedPastBest();
    const { best, latest } = stored(run).checkpoints;
    expect(best).toBeLessThan(latest);
    damage(file(run, 'latest.safetensors'));
    await here.runs.goOn(run, read);
    await at(run, best + 5);
    expect(steps(run)).toEqual(upTo(run.history.lastStep));
    expect(run.history.marks.findLast(({ kind }) => kind === 'restored')?.step).toBe(best);
    await stop(here, run);

    for (const name of ['best', 'latest']) damage(file(run, `${name}.safetensors`));
    const { runs } = await window();
    await expect(runs.goOn(runs.all[0], read)).rejects.toThrow(
      /^GRU-8 · text\.txt cannot go on: \w+\.safetensors .*\.$/,
    );
    expect(runs.all[0].state).toBe('stopped');
  });

  it('is refused in a sentence where its history cannot be read, and nothing is written over', async () => {
    const { run } = await stopped();
    const events = readFileSync(file(run, 'events.jsonl'));
    renameSync(file(run, 'steps.f64'), file(run, 'away'));
    mkdirSync(file(run, 'steps.f64'));
    const { runs, problems } = await window();
    await expect(runs.goOn(runs.all[0], read)).rejects.toThrow(
      'The history of GRU-8 · text.txt cannot be read: it is a folder.',
    );
    expect(problems).toEqual([`read | ${file(run, 'steps.f64')} | it is a folder`]);
    expect(readFileSync(file(run, 'events.jsonl')).equals(events)).toBe(true);
    renameSync(file(run, 'steps.f64'), file(run, 'empty'));
    renameSync(file(run, 'away'), file(run, 'steps.f64'));
    await runs.goOn(runs.all[0], read);
    await at(runs.all[0], 70);
    expect(steps(runs.all[0])).toEqual(upTo(runs.all[0].history.lastStep));
  });
});

describe('Two windows on one folder', () => {
  it('do not both train a run, and say so', async () => {
    const { here, run } = await stopped();
    const there = await window();
    const [theirs] = there.runs.all;
    await here.runs.goOn(run, read);
    await at(run, 80);
    const refusal = /^GRU-8 · text\.txt is trained in another window; stop it there first\.$/;
    await expect(there.runs.goOn(theirs, read)).rejects.toThrow(refusal);
    await expect(there.runs.delete(theirs)).rejects.toThrow(refusal);
    expect(there.runs.all).toEqual([theirs]);
    expect(await theirs.folder.saveRecord(stored(run))).toBe(false);
    expect(await theirs.folder.saveHistory(run.history)).toBe(false);
    expect(await theirs.folder.saveCheckpoint('best', new Uint8Array(3))).toBe(false);
    expect(run.isLive).toBe(true);
    await stop(here, run);
    const { runs } = await window();
    await runs.all[0].load();
    expect(steps(runs.all[0])).toEqual(upTo(run.history.lastStep));
    expect(runs.all[0].history.kept).toEqual(run.history.kept);
  });

  it('take nothing for another’s that is their own, however often they look', async () => {
    const { runs } = await window();
    const run = runs.start(text(), tiny({ maxSteps: 400 }));
    let looks = 0;
    for (; run.isLive || looks < 50; looks++) {
      await runs.refresh();
      expect(run.isElsewhere).toBe(false);
    }
    await run.save();
    await runs.refresh();
    expect(run).toMatchObject({ state: 'finished', isElsewhere: false });
    const there = await window();
    await there.runs.all[0].load();
    expect(steps(there.runs.all[0])).toEqual(upTo(400));
    expect(there.runs.all[0].history.kept).toEqual(run.history.kept);
  });

  it('see each other’s runs when they look again: as they stand, as they go on, and when they are gone', async () => {
    const here = await window();
    const there = await window();
    const run = here.runs.start(text(), tiny());
    await at(run, 60);
    await run.save();
    await there.runs.refresh();
    const [theirs] = there.runs.all;
    expect(theirs).toMatchObject({ id: run.id, state: 'running', isElsewhere: true, isLive: false, canGoOn: false });
    expect(theirs.summary.message).toBe('It is trained in another window.');
    await theirs.load();
    expect(theirs.history.steps).toBeGreaterThan(50);
    await stop(here, run);
    await there.runs.refresh();
    expect(theirs).toMatchObject({ state: 'stopped', isElsewhere: false, canGoOn: true });
    await theirs.load();
    expect(steps(theirs)).toEqual(steps(run));
    await here.runs.delete(run);
    await there.runs.refresh();
    expect(there.runs.all).toEqual([]);
    expect(there.runs.front).toBeUndefined();
  });

  it('go on from where the other one left a run, without having looked', async () => {
    const { here, run } = await stopped();
    const there = await window();
    const [theirs] = there.runs.all;
    await theirs.load();
    await here.runs.goOn(run, read);
    await at(run, run.checkpointStep + 100);
    await stop(here, run);
    await there.runs.goOn(theirs, read);
    await at(theirs, run.checkpointStep + 50);
    await stop(there, theirs);
    expect(steps(theirs)).toEqual(upTo(theirs.history.lastStep));
    expect(theirs.history.lastStep).toBeGreaterThan(run.history.lastStep);
    expect(steps(theirs).length).toBeGreaterThan(150);
    const { runs } = await window();
    await runs.all[0].load();
    expect(runs.all[0].history.kept).toEqual(theirs.history.kept);
    // What the first window remembers is not written over that.
    expect(await run.folder.saveRecord({ ...stored(run), name: 'of before' })).toBe(false);
    expect(stored(run).name).toBe(run.name);
  });

  it('tell of a run that was deleted in the other one, and do not bring it back', async () => {
    const { here, run } = await stopped();
    const there = await window();
    const [theirs] = there.runs.all;
    await here.runs.delete(run);
    await expect(there.runs.goOn(theirs, read)).rejects.toThrow('This run was deleted');
    expect(existsSync(run.folder.path)).toBe(false);
    await there.runs.delete(theirs);
    expect(there.runs.all).toEqual([]);
    expect(existsSync(run.folder.path)).toBe(false);
  });

  it('let a run go to whoever took it over, and stop writing', async () => {
    const here = await window();
    const run = here.runs.start(text(), tiny());
    await at(run, 60);
    await run.save();
    // As another window would that took this one for dead.
    writeFileSync(file(run, 'claim.99'), JSON.stringify({ pid: process.ppid, host: hostname(), token: 'x' }));
    const record = readFileSync(file(run, 'run.json'));
    await until('it is let go', () => run.isElsewhere);
    await run.save();
    expect(here.runs.session(run)).toBeUndefined();
    expect(readFileSync(file(run, 'run.json')).equals(record)).toBe(true);
  });

  it('mind no claim of a process that is gone, however it went', async () => {
    const { run } = await stopped();
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    writeFileSync(file(run, 'run.json'), JSON.stringify({ ...stored(run), state: 'running' }));
    const claim = { pid: dead, birth: 'long ago', host: hostname(), token: 'x' };
    writeFileSync(file(run, 'claim.99'), JSON.stringify(claim));
    const { runs } = await window();
    const [again] = runs.all;
    expect(again).toMatchObject({ state: 'stopped', isElsewhere: false });
    await runs.goOn(again, read);
    expect(again.isLive).toBe(true);
  });
});

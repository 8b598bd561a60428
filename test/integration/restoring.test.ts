import * as assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Run } from '../../src/host/run';
import { RunStore } from '../../src/host/run-store';
import { Runs } from '../../src/host/runs';
import { readText } from '../../src/host/texts';
import { dist, realText, Scratch, small, until, untilState, untilStep } from './support/laboratory';

describe('Runs on disk', () => {
  const scratch = new Scratch();
  const log = vscode.window.createOutputChannel('Store tests', { log: true });
  const folder = join(scratch.path, 'runs');
  const problems: string[] = [];
  /** A window of the editor, as far as runs are concerned. */
  const open = () => new Runs(new RunStore(folder, (...problem) => problems.push(problem.join(' '))), dist(), log);

  after(() => {
    log.dispose();
    scratch.remove();
  });

  async function start(runs: Runs): Promise<Run> {
    const uri = scratch.write('whale.txt', realText(40_000));
    return runs.start(await readText(uri), small());
  }

  it('survive the closing of the editor: the newest weights and the whole history come back', async () => {
    const before = open();
    const run = await start(before);
    await untilStep(run, 30);
    // VS Code disposes of everything as soon as it has called `deactivate`, and waits for that only afterwards.
    const closed = before.close();
    before.dispose();
    await closed;
    const history = run.history.stretch();
    const closedAt = run.checkpointStep;
    assert.ok(closedAt >= 30, `checkpoint of step ${closedAt}`);

    const after = open();
    await after.restore();
    const stored = JSON.parse(readFileSync(join(run.folder.path, 'run.json'), 'utf8'));
    assert.equal(stored.state, 'stopped');
    assert.equal(stored.owner, undefined, 'whatever process has the id later, the run is not its');
    const [restored] = after.all;
    assert.equal(restored.id, run.id);
    assert.equal(restored.state, 'stopped');
    assert.match(restored.summary.message, /The window was closed or reloaded; the run can go on from step \d+\./);
    assert.equal(restored.history.steps, 0, 'the history is read only when someone looks');
    await restored.load();
    assert.deepEqual(restored.history.stretch(), history);

    await after.goOn(restored, () => readText(restored.uri!));
    await untilStep(restored, closedAt + 10);
    assert.equal(restored.state, 'running');
    const { step } = restored.history.stretch().stretch.columns;
    for (let i = 0; i < step.length; i++) assert.equal(step[i], i + 1);
    await after.delete(restored);
    after.dispose();
    assert.deepEqual(problems, []);
  });

  describe('go on', () => {
    let runs: Runs;
    beforeEach(() => {
      runs = open();
    });
    afterEach(async () => {
      for (const run of [...runs.all]) await runs.delete(run);
      runs.dispose();
    });

    /** A run that stopped after its first evaluation, as a window that opens later sees it. */
    async function restored(damage: (folder: string) => void = () => undefined): Promise<Run> {
      const before = open();
      const run = await start(before);
      await untilStep(run, 25);
      before.session(run)?.stop();
      await untilState(run, 'stopped');
      await run.save();
      before.dispose();
      damage(run.folder.path);
      await runs.restore();
      return runs.get(run.id)!;
    }

    it('once, however often they are asked to', async () => {
      const run = await restored();
      const states: string[] = [];
      const enter = run.enter.bind(run);
      run.enter = (...how) => {
        states.push(how[0]);
        enter(...how);
      };
      const read = () => readText(run.uri!);
      await Promise.all([runs.goOn(run, read), runs.goOn(run, read)]);
      await untilStep(run, run.checkpointStep + 5);
      await runs.goOn(run, read);
      assert.deepEqual(states, ['preparing', 'running']);
    });

    it('no more when they are deleted while their text is read', async () => {
      const run = await restored();
      await runs.goOn(run, async () => {
        await runs.delete(run);
        return readText(run.uri!);
      });
      assert.equal(runs.session(run), undefined);
      assert.equal(existsSync(run.folder.path), false);
    });

    it('from the best weights when they diverged and the newest are damaged', async () => {
      const run = await restored((path) => {
        const record = JSON.parse(readFileSync(join(path, 'run.json'), 'utf8'));
        const { best, latest } = record.checkpoints;
        assert.ok(best < latest, `best ${best}, latest ${latest}`);
        writeFileSync(join(path, 'run.json'), JSON.stringify({ ...record, state: 'diverged' }));
        const newest = readFileSync(join(path, 'latest.safetensors'));
        newest.fill(0xff, 8 + Number(newest.readBigUInt64LE()));
        writeFileSync(join(path, 'latest.safetensors'), newest);
      });
      const best = Number((await run.readWeights())?.step);
      await runs.goOn(run, () => readText(run.uri!));
      assert.equal(run.history.lastStep, best);
      assert.equal(run.checkpointStep, best, 'the damaged weights are forgotten');
      await untilStep(run, best + 2);
    });
  });

  it('are kept in memory while the disk refuses them, and written when it takes them again', async () => {
    rmSync(folder, { recursive: true, force: true });
    writeFileSync(folder, 'a file in the way');
    const runs = open();
    const run = await start(runs);
    await untilStep(run, 30);
    await until('the problem is told', () => problems.length > 0);
    assert.match(problems[0], /^write .*not a folder$/);
    assert.equal(run.state, 'running');
    assert.ok((await run.readWeights())!.bytes.length > 0);

    rmSync(folder);
    runs.session(run)?.stop();
    await untilState(run, 'stopped');
    await run.save();
    assert.equal(problems.length, 1, 'it is told once');
    const stored = JSON.parse(readFileSync(join(run.folder.path, 'run.json'), 'utf8'));
    assert.equal(stored.state, 'stopped');

    const again = open();
    await again.restore();
    await again.all[0].load();
    assert.deepEqual(again.all[0].history.stretch(), run.history.stretch());
    const weights = await run.readWeights();
    assert.deepEqual((await again.all[0].readWeights())?.bytes, weights?.bytes);
    for (const each of [runs, again]) each.dispose();
  });
});

import * as assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { ObservedRun, RecurrentApi } from '../../src/host/api';
import { assertNeverBlocked, longestDelays, processor } from './support/delays';
import { activated, deleteAll, realText, Scratch, small, until } from './support/laboratory';

const limit = 50;

describe('The extension host', () => {
  let api: RecurrentApi;
  const scratch = new Scratch();
  before(async () => {
    api = await activated();
  });
  after(async () => {
    await deleteAll();
    scratch.remove();
  });

  it('is seen to be blocked when it is', async () => {
    const longest = await longestDelays(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      const end = performance.now() + 100;
      const enough = processor().ran + 2 * limit;
      while (performance.now() < end || (processor().ran > 0 && processor().ran < enough));
      await new Promise((resolve) => setTimeout(resolve, 20));
    });
    assert.ok(longest.ran >= limit || longest.away >= limit, JSON.stringify(longest));
  });

  it(`is never blocked for ${limit} ms by a training that the panel shows`, async function () {
    this.timeout(180_000);
    const text = scratch.write('whale.txt', realText(1_000_000));
    await vscode.commands.executeCommand('recurrent.openPanel');
    await assertNeverBlocked(limit, async () => {
      const training = { maxSteps: 150, evaluateEvery: 75 };
      const run = await api.train(text, small({ text: { limit: 100_000 }, training }));
      await untilEnd(run);
      assert.equal(run.history.steps, 150);
    });
  });

  it(`is never blocked for ${limit} ms while 100 MB of text are read`, async function () {
    this.timeout(400_000);
    const file = join(scratch.path, 'hundred.txt');
    const megabyte = realText(1_000_000).replaceAll(/[^\0-\x7f]/g, ' ');
    writeFileSync(file, '');
    for (let i = 0; i < 100; i++) writeFileSync(file, megabyte, { flag: 'a' });
    await assertNeverBlocked(limit, async () => {
      const configuration = small({ text: { normalize: 'none', limit: 50_000 }, training: { maxSteps: 5 } });
      const run = await api.train(vscode.Uri.file(file), configuration);
      await untilEnd(run);
      assert.equal(run.history.steps, 5);
    });
  });

  async function untilEnd(run: ObservedRun): Promise<void> {
    const finished = () => run.summary.state === 'finished';
    await until(`${run.id} is finished`, finished, () => run.summary, 120);
  }
});

import * as assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecurrentApi } from '../../src/host/api';
import { longestDelay } from './support/delays';
import { activated, deleteAll, realText, Scratch, small, until, untilState, untilStep } from './support/laboratory';

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
    const longest = await longestDelay(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      const end = performance.now() + 400;
      while (performance.now() < end);
      await new Promise((resolve) => setTimeout(resolve, 20));
    });
    assert.ok(longest >= limit, `${longest.toFixed(1)} ms`);
  });

  it(`is never blocked for ${limit} ms by a training`, async () => {
    const text = scratch.write('whale.txt', realText(1_000_000));
    const longest = await longestDelay(async () => {
      const run = await api.train(
        text,
        small({ text: { limit: 100_000 }, training: { maxSteps: 150, evaluateEvery: 75 } }),
      );
      await untilStep(run, 100);
      await untilState(run, 'finished');
    });
    assert.ok(longest < limit, `${longest.toFixed(1)} ms`);
    await api.delete(api.front!.id);
  });

  it(`is never blocked for ${limit} ms while 100 MB of text are read`, async function () {
    this.timeout(180_000);
    const file = join(scratch.path, 'hundred.txt');
    const megabyte = realText(1_000_000).replaceAll(/[^\0-\x7f]/g, ' ');
    writeFileSync(file, '');
    for (let i = 0; i < 100; i++) writeFileSync(file, megabyte, { flag: 'a' });
    const vscode = await import('vscode');
    let steps = 0;
    const longest = await longestDelay(async () => {
      const configuration = small({ text: { limit: 50_000 }, training: { maxSteps: 5 } });
      const run = await api.train(vscode.Uri.file(file), configuration);
      await until(
        'it finished',
        () => run.summary.state === 'finished',
        () => run.summary.message,
        150,
      );
      steps = run.history.steps;
    });
    assert.equal(steps, 5);
    assert.ok(longest < limit, `${longest.toFixed(1)} ms`);
    await api.delete(api.front!.id);
  });
});

import { expect, test } from './fixtures';

/** A small model that learns slowly and, unless told otherwise, for ever; θ is low, so that clipping bites at once. */
const small = {
  'recurrent.text.limit': 200_000,
  'recurrent.model.hidden': 64,
  'recurrent.training.batch': 16,
  'recurrent.training.steps': 24,
  'recurrent.training.lr': 0.001,
  'recurrent.training.clip': 0.5,
  'recurrent.training.epochs': 10_000,
  'recurrent.training.evaluateEvery': 100,
  'recurrent.training.continuationEvery': 100,
};

test.use({ startSettings: small });

test('a model learns Moby-Dick, and is seen to', async ({ lab }) => {
  await test.step('the side bar waits for a first run', async () => {
    await lab.sideBar.open();
    await expect(lab.sideBar.welcome).toContainText('No language model has been trained here yet.');
  });

  await lab.train('moby-dick.txt');
  const { panel, sideBar } = lab;

  await test.step('the validation perplexity falls', async () => {
    await expect.poll(() => panel.read('validation'), { timeout: 60_000 }).toBeGreaterThan(1);
    const first = await panel.read('validation');
    await expect(panel).toHavePerplexityBelow((first ?? 0) * 0.95);
    expect(await panel.validationPoints()).toBeGreaterThan(1);
  });

  await test.step('the numbers of the side bar move', async () => {
    const before = await sideBar.read('step');
    expect(before).toBeGreaterThan(0);
    await expect.poll(() => sideBar.read('step')).toBeGreaterThan(before ?? 0);
    expect(await sideBar.read('speed')).toBeGreaterThan(0);
  });

  await test.step('the status bar tells the perplexity', async () => {
    await expect(lab.statusBar).toContainText(/\d+[.]\d/);
  });

  await test.step('clip events are marked on the chart', async () => {
    await expect.poll(() => panel.clipEvents()).toBeGreaterThan(0);
    expect(await panel.colours('gradient')).toBeGreaterThan(2);
  });

  await test.step('three continuations appear, each with its step', async () => {
    await expect.poll(() => panel.continuations.count(), { timeout: 90_000 }).toBeGreaterThanOrEqual(3);
    const steps = await panel.continuations.evaluateAll((items) => items.map((item) => Number(item.dataset.step)));
    expect(steps).toEqual([...new Set(steps)].sort((a, b) => b - a));
    for (const text of await panel.continuations.allInnerTexts()) expect(text.trim().length).toBeGreaterThan(20);
  });

  await test.step('the run stops when it is told, and is kept', async () => {
    await panel.button('Stop').click();
    await expect(panel).toBeIn('Stopped');
    await expect(sideBar).toBeIn('Stopped');
    await expect(sideBar.runs.filter({ hasText: 'GRU-64 · moby-dick.txt' })).toHaveCount(1);
  });

  for (const theme of ['dark', 'light', 'hc-dark', 'hc-light'] as const) {
    await lab.theme(theme);
    await lab.screenshot(`panel-${theme}`);
  }
});

test('a run is paused, goes on, and is stopped', async ({ lab }) => {
  await lab.train('moby-dick.txt');
  await expect(lab.panel).toBeIn('Training');
  await lab.panel.button('Pause').click();
  await expect(lab.panel).toBeIn('Paused');
  const at = await lab.panel.read('step');
  await lab.page.waitForTimeout(1500);
  expect(await lab.panel.read('step')).toBe(at);
  await lab.panel.button('Resume').click();
  await expect.poll(() => lab.panel.read('step')).toBeGreaterThan(at ?? 0);
  await lab.command('Recurrent: Stop Training');
  await expect(lab.panel).toBeIn('Stopped');
});

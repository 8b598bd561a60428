import { expect, test } from './fixtures';

test.use({
  startFiles: { 'other.txt': 'To be, or not to be: that is the question.\n'.repeat(400) },
  startSettings: {
    'recurrent.text.limit': 100_000,
    'recurrent.model.hidden': 16,
    'recurrent.training.batch': 8,
    'recurrent.training.steps': 16,
    'recurrent.training.epochs': 100_000,
    'recurrent.training.evaluateEvery': 200,
  },
});

test('the welcome view starts the first run; its item in the tree controls it', async ({ lab }) => {
  const { panel, sideBar } = lab;
  await sideBar.open();
  await sideBar.welcomeButton('Train on the Sample Text').click();
  await expect.poll(() => panel.read('step'), { timeout: 120_000 }).toBeGreaterThan(0);
  await expect(sideBar.welcome).toBeHidden();
  const row = sideBar.run('GRU-16 · moby-dick.txt');
  await expect(row).toHaveCount(1);
  await expect(row.locator('.codicon-pulse')).toBeVisible();

  await test.step('by its inline actions', async () => {
    await sideBar.pressInline(row, 'Pause Training');
    await expect(panel).toBeIn('Paused');
    await expect(row.locator('.custom-view-tree-node-item-icon.codicon-debug-pause')).toBeVisible();
    await sideBar.pressInline(row, 'Resume Training');
    const at = (await panel.read('step')) ?? 0;
    await expect.poll(() => panel.read('step')).toBeGreaterThan(at);
  });

  await test.step('by its context menu', async () => {
    await lab.chooseFromMenu(row, 'Stop Training');
    await expect(panel).toBeIn('Stopped');
    await expect(row.locator('.custom-view-tree-node-item-icon.codicon-debug-stop')).toBeVisible();
  });

  await test.step('and compares it with the run that is shown', async () => {
    await lab.train('other.txt');
    const other = sideBar.run('GRU-16 · other.txt');
    await expect(other).toHaveCount(1);
    await lab.chooseFromMenu(row, 'Compare With Shown Run');
    await expect(panel.document.getByTestId('run-picker').getByText('Compare (1)')).toBeVisible();
    await sideBar.pressInline(other, 'Stop Training');
    await expect(panel).toBeIn('Stopped');
  });
});

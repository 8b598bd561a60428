import { expect, test } from './fixtures';
import { Panel } from './pages/panel';

test.use({
  startSettings: {
    'recurrent.text.limit': 200_000,
    'recurrent.model.hidden': 32,
    'recurrent.training.batch': 16,
    'recurrent.training.steps': 24,
    'recurrent.training.epochs': 10_000,
    'recurrent.training.evaluateEvery': 200,
  },
});

/** How many steps the charts of a panel show. */
async function points(panel: Panel): Promise<number> {
  return Number(await panel.chart('perplexity').getAttribute('data-points'));
}

/** That a panel whose page was made again shows the run from its first step on, grows with it, and kept its axis. */
async function expectCarriedOn(panel: Panel, before: number): Promise<void> {
  await expect(panel).toBeIn('Training');
  await expect.poll(() => points(panel), { timeout: 20_000 }).toBeGreaterThan(before);
  const now = await points(panel);
  await expect.poll(() => points(panel)).toBeGreaterThan(now);
  await expect(panel.document.getByRole('radio', { name: 'Time' })).toBeChecked();
}

test('the panel goes on when it is moved: to another group, and to another window', async ({ lab }) => {
  const { page, panel } = lab;
  const groups = page.locator('.editor-group-container');
  await lab.train('moby-dick.txt');
  await expect(panel).toBeIn('Training');
  await panel.document.getByText('Time', { exact: true }).click();

  await test.step('to another editor group', async () => {
    const before = await points(panel);
    await panel.focus();
    await expect(groups).toHaveCount(2);
    await lab.command('View: Move Editor into Left Group');
    await expect(groups).toHaveCount(1);
    await expectCarriedOn(panel, before);
  });

  await test.step('to another window', async () => {
    const before = await points(panel);
    await panel.focus();
    const opening = page.waitForEvent('popup');
    await lab.command('View: Move Editor into New Window');
    const there = new Panel(await opening);
    await expect(page.locator('.tab[aria-label^="Recurrent:"]')).toHaveCount(0);
    await expectCarriedOn(there, before);
    await there.button('Stop').click();
    await expect(there).toBeIn('Stopped');
  });
});

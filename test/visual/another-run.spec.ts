import { expect, type Page, test } from '@playwright/test';
import { open, play } from './open';

/** Puts a run in front that has only just begun: it has some steps, and no evaluation, continuation or flow yet. */
async function begin(page: Page): Promise<void> {
  await page.evaluate(() => {
    const { stretch, summary } = fakeHost.make;
    const run = summary('running', 40, 9730, { id: 'run-9', name: 'GRU-32 · new.txt' });
    const history = stretch(40, 9730);
    fakeHost.deliver({ type: 'snapshot', current: run.id, runs: [run], histories: [{ run: run.id, history }] });
  });
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('GRU-32 · new.txt');
  await page.waitForTimeout(250);
}

test.describe('another run in front', () => {
  test.beforeEach(async ({ page }) => {
    await open(page, 'panel', 'dark');
  });

  test('says nothing of the old one’s continuations and gradient flow before it has its own', async ({ page }) => {
    await play(page, 'panel', 'linear');
    const continuations = page.getByRole('region', { name: 'Continuations' });
    const curve = page.getByTestId('flow-curve');
    await expect(continuations).toContainText('Step 6,075 · perplexity');
    await expect(page.getByTestId('spectral-radius')).toBeVisible();
    await expect(curve).toHaveAttribute('data-points', '35');
    await begin(page);
    await expect(continuations).not.toContainText('perplexity');
    await expect(page.getByTestId('spectral-radius')).toBeHidden();
    await expect(page.getByTestId('spectral-radius')).toHaveText('');
    await expect(curve).toHaveAttribute('data-points', '0');
    await expect(curve).toHaveAttribute('data-exact-points', '0');
    await expect(curve).toHaveAttribute('data-step', '');
    await expect(curve).not.toContainText('step 6,075');
  });

  test('has no complaint about a field that was wrong for the old one, nor has a run that has ended', async ({
    page,
  }) => {
    const complaint = page.locator('.head .field-error');
    const mistype = async () => {
      const rate = page.getByTestId('adjust-lr').locator('input');
      await rate.fill('fast');
      await rate.press('Enter');
      await expect(complaint).toContainText('“fast” must be a number');
    };
    await play(page, 'panel', 'running');
    await mistype();
    await begin(page);
    await expect(complaint).toHaveText('');
    await mistype();
    await page.evaluate(() => {
      const { stretch, summary } = fakeHost.make;
      const run = summary('stopped', 50, 9730, { id: 'run-9', name: 'GRU-32 · new.txt' });
      fakeHost.deliver({ type: 'delta', summary: run, stretch: stretch(50, 9730, { from: 40 }) });
    });
    await expect(complaint).toHaveText('');
  });
});

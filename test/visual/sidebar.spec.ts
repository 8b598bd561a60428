import { expect, test } from '@playwright/test';
import { open, play } from './open';

test.describe('the side bar', () => {
  test.beforeEach(async ({ page }) => {
    await page.setViewportSize({ width: 300, height: 700 });
    await open(page, 'sidebar', 'dark');
  });

  test('shows the run in front, with curves', async ({ page }) => {
    await play(page, 'sidebar', 'running');
    await expect(page.getByTestId('run-state')).toHaveText('Training');
    await expect(page.getByTestId('metric-perplexity')).toHaveText('3.68');
    await expect(page.getByTestId('metric-timeleft')).toHaveText('41 s');
    const curves = await page
      .locator('canvas')
      .evaluateAll((all) => all.map((canvas) => (canvas as HTMLCanvasElement).dataset.points));
    // The steps' curves join neighbours, as there are thousands of them; of the evaluations there is a point each.
    expect(curves).toEqual(['201', '26', '201', '201']);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(300);
  });

  test('controls it', async ({ page }) => {
    await play(page, 'sidebar', 'running');
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByRole('button', { name: 'Open Panel' }).click();
    const posted = await page.evaluate(() => fakeHost.posted);
    expect(posted).toEqual([{ type: 'ready' }, { type: 'pause', run: 'run-1' }, { type: 'openPanel' }]);
  });

  test('offers the first run', async ({ page }) => {
    await play(page, 'sidebar', 'no-run');
    await page.getByRole('button', { name: 'Train on the Sample Text' }).click();
    expect(await page.evaluate(() => fakeHost.posted.at(-1))).toEqual({ type: 'train', on: 'sample' });
  });
});

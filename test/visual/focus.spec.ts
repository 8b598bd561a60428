import { expect, type Page, test } from '@playwright/test';
import { open, play } from './open';

/** What has the focus, as a screen reader names it. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const node = document.activeElement as HTMLElement;
    return (node.getAttribute('aria-label') ?? node.textContent ?? '').trim();
  });
}

/** Tells the page that the run in front is in another state. */
async function enter(page: Page, state: string, name: 'panel' | 'sidebar' = 'panel'): Promise<void> {
  await page.evaluate(
    ([next, which]) => {
      const { stretch, summary } = fakeHost.make;
      const run = summary(next as 'paused', 6412, 9730);
      if (which === 'panel') fakeHost.deliver({ type: 'delta', summary: run, stretch: stretch(0, 9730) });
      else
        fakeHost.deliver({
          type: 'run',
          run,
          sparklines: { perplexity: [], validation: [], gradNorm: [], tokensPerSecond: [] },
        });
    },
    [state, name] as const,
  );
  await page.waitForTimeout(100);
}

test.describe('the keyboard’s focus', () => {
  for (const name of ['panel', 'sidebar'] as const) {
    test(`stays on the button that pauses and resumes, and goes on to another when the run ends: ${name}`, async ({
      page,
    }) => {
      await open(page, name, 'dark');
      await play(page, name, 'running');
      await page.getByRole('button', { name: 'Pause', exact: true }).focus();
      await page.keyboard.press('Enter');
      await enter(page, 'paused', name);
      expect(await focused(page)).toBe('Resume');
      await page.keyboard.press('Enter');
      await enter(page, 'running', name);
      expect(await focused(page)).toBe('Pause');
      const posted = await page.evaluate(() => fakeHost.posted.map(({ type }) => type));
      expect(posted).toEqual(['ready', 'pause', 'resume']);
      await enter(page, 'finished', name);
      expect(await focused(page)).toBe(name === 'panel' ? 'Run Again With…' : 'Open Panel');
    });
  }

  test('stays on a compared run when it is ticked, and when a run’s state changes', async ({ page }) => {
    await open(page, 'panel', 'dark');
    await play(page, 'panel', 'comparing');
    await page.getByText('Compare (2)').click();
    const box = page.getByRole('checkbox', { name: /LSTM-256/ });
    await box.focus();
    await page.keyboard.press('Space');
    await page.evaluate(() => {
      const { stretch, summary } = fakeHost.make;
      const runs = [
        summary('paused', 10, 10, { id: 'run-4', name: 'GRU-32 · moby-dick.txt' }),
        summary('finished', 10, 10),
        summary('stopped', 10, 10, { id: 'run-2', name: 'LSTM-256 · moby-dick.txt' }),
      ];
      fakeHost.deliver({
        type: 'snapshot',
        current: 'run-1',
        runs,
        histories: [{ run: 'run-1', history: stretch(10, 10) }],
      });
    });
    expect(await focused(page)).toBe('LSTM-256 · moby-dick.txt (stopped)');
    await expect(box).not.toBeChecked();
    await expect(page.getByRole('checkbox')).toHaveCount(2);
    await expect(page.getByTestId('run-picker').getByText('Compare', { exact: true })).toBeVisible();
    const chosen = page.getByRole('combobox', { name: 'Run in front' });
    await expect(chosen).toContainText('GRU-256 · moby-dick.txt (finished)');
    const shows = await page.evaluate(() => fakeHost.posted.filter(({ type }) => type === 'show'));
    expect(shows).toEqual([{ type: 'show', run: 'run-1', compare: ['run-3'] }]);
  });

  test('goes back to Compare by Escape; a press beside the list closes it', async ({ page }) => {
    await open(page, 'panel', 'dark');
    await play(page, 'panel', 'comparing');
    const list = page.locator('.compare-list');
    await page.getByText('Compare (2)').click();
    await page.getByRole('checkbox', { name: /LSTM-256/ }).focus();
    await page.keyboard.press('Escape');
    await expect(list).toBeHidden();
    expect(await focused(page)).toBe('Compare (2)');
    await page.keyboard.press('Enter');
    await expect(list).toBeVisible();
    await page.getByRole('heading', { name: 'GRU-256' }).click();
    await expect(list).toBeHidden();
  });

  test('goes from Show All and Latest, which are away once they are pressed, to what stands before them', async ({
    page,
  }) => {
    await open(page, 'panel', 'dark');
    await play(page, 'panel', 'running');
    await page.getByTestId('perplexity-chart').locator('.plot').focus();
    await page.keyboard.press('+');
    const all = page.getByTestId('reset-zoom');
    await expect(all, 'what is not drawn yet cannot take the focus').toBeVisible();
    await all.focus();
    await page.keyboard.press('Enter');
    await expect(all).toBeHidden();
    await expect(page.getByTestId('smoothing')).toBeFocused();
    await page.getByTestId('scrubber').focus();
    await page.keyboard.press('Home');
    const latest = page.getByRole('button', { name: 'Latest' });
    await expect(latest).toBeVisible();
    await latest.focus();
    await page.keyboard.press('Enter');
    await expect(latest).toBeHidden();
    await expect(page.getByTestId('scrubber')).toBeFocused();
  });

  test('chooses the run in front: a compared one changes places, another keeps the comparison', async ({ page }) => {
    await open(page, 'panel', 'dark');
    await play(page, 'panel', 'comparing');
    const choose = async (keys: readonly string[]) => {
      await page.getByRole('combobox', { name: 'Run in front' }).focus();
      for (const key of keys) await page.keyboard.press(key);
    };
    await choose(['Enter', 'ArrowDown', 'Enter']);
    const shows = await page.evaluate(() => fakeHost.posted.filter(({ type }) => type === 'show'));
    expect(shows).toEqual([{ type: 'show', run: 'run-2', compare: ['run-1', 'run-3'] }]);
  });
});

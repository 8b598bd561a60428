import { expect, type Locator, type Page, test } from '@playwright/test';
import { open } from './open';
import { readStep } from './page';

/** Shows a run of few steps, each of which is clipped. */
async function showClipped(page: Page, steps: number, id = 'run-1'): Promise<void> {
  await page.evaluate(
    ([count, run]) => {
      const { stretch, summary } = fakeHost.make;
      const history = { ...stretch(count, 9730), marks: [] };
      history.columns.clipScale.fill(0.5);
      const runs = [summary('running', count, 9730, { id: run })];
      fakeHost.deliver({ type: 'snapshot', current: run, runs, histories: [{ run, history }] });
    },
    [steps, id] as const,
  );
  await page.waitForTimeout(250);
}

/** Adds steps, each of which is clipped, and with them a mark. */
async function addClipped(page: Page, from: number, to: number): Promise<void> {
  await page.evaluate(
    ([first, last]) => {
      const { stretch, summary } = fakeHost.make;
      const history = stretch(last, 9730, { from: first });
      history.columns.clipScale.fill(0.5);
      const marks = [{ event: 'mark', step: last, kind: 'checkpoint', text: 'Checkpoint saved' }];
      fakeHost.deliver({ type: 'delta', summary: summary('running', last, 9730), stretch: { ...history, marks } });
    },
    [from, to] as const,
  );
  await page.waitForTimeout(250);
}

const jumpOf = (list: Locator, step: string) => list.getByRole('button', { name: `Show step ${step} on the charts` });

test.describe('the lists of events', () => {
  test.beforeEach(async ({ page }) => {
    await open(page, 'panel', 'dark');
  });

  test('keep the focus on their rows while others come and go', async ({ page }) => {
    await showClipped(page, 1000);
    await addClipped(page, 1000, 1010);
    const clips = page.getByTestId('clip-list');
    await clips.locator('summary').click();
    await jumpOf(clips, '1,005').focus();
    await addClipped(page, 1010, 1020);
    await expect(jumpOf(clips, '1,020')).toBeVisible();
    await expect(clips.locator('tbody tr')).toHaveCount(200);
    await expect(jumpOf(clips, '1,005')).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(clips.locator('tbody tr')).toHaveCount(26 + 10);
    await expect(jumpOf(clips, '1,005')).toBeFocused();
    await page.getByTestId('reset-zoom').click();
    await jumpOf(clips, '821').focus();
    await addClipped(page, 1020, 1030);
    await expect(jumpOf(clips, '831'), 'the nearest that is left').toBeFocused();

    const marks = page.getByTestId('mark-list');
    await marks.locator('summary').click();
    await jumpOf(marks, '1,020').focus();
    await addClipped(page, 1030, 1040);
    await expect(marks.locator('tbody tr')).toHaveText([/^1,040/, /^1,030/, /^1,020/, /^1,010/]);
    await expect(jumpOf(marks, '1,020')).toBeFocused();
  });

  test('take a press of the mouse although events come meanwhile', async ({ page }) => {
    await showClipped(page, 990);
    await addClipped(page, 990, 1000);
    const list = page.getByTestId('clip-list');
    await list.locator('summary').click();
    await jumpOf(list, '997').hover();
    await page.mouse.down();
    await addClipped(page, 1000, 1005);
    await page.mouse.up();
    await expect.poll(() => readStep(page)).toBe(997);
    await page.getByTestId('reset-zoom').click();
    await expect(jumpOf(list, '1,005'), 'and show the new ones after it').toBeVisible();
  });

  test('count what is in view while they are open, and say no count of before or of another run', async ({ page }) => {
    const title = page.getByTestId('clip-list').locator('summary');
    await showClipped(page, 30);
    await title.click();
    await expect(title).toHaveText('List of clip events: 30 in view');
    await showClipped(page, 20, 'run-2');
    await expect(title).toHaveText('List of clip events: 20 in view');
    await title.click();
    await expect(title).toHaveText('List of clip events');
    await showClipped(page, 10, 'run-3');
    await expect(title).toHaveText('List of clip events');
    await title.click();
    await expect(title).toHaveText('List of clip events: 10 in view');
  });

  test('end where the shown part of the axis ends', async ({ page }) => {
    await page.addInitScript(() => {
      fakeHost.state = { run: 'run-1', range: [5, 10] };
    });
    await page.reload();
    await showClipped(page, 20);
    const list = page.getByTestId('clip-list');
    await list.locator('summary').click();
    await expect(list.locator('tbody tr td:first-child')).toHaveText(['10', '9', '8', '7', '6', '5']);
  });
});

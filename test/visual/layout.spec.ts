import { expect, type Page, test } from '@playwright/test';
import { open, play } from './open';

/** Where every chart stands, and what its head holds. */
function places(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('.plot, .chart > header, .legend button, .toolbar, .continuations, .playground')]
      .filter((node) => node.checkVisibility())
      .map((node, index) => {
        const { x, y, width, height } = node.getBoundingClientRect();
        // The toolbar stays in sight while the page scrolls.
        const top = node.className === 'toolbar' ? 0 : y + scrollY;
        return `${index} ${node.localName}.${node.className} ${[x, top, width, height].map(Math.round)}`;
      }),
  );
}

/** Stretches of the toolbar, in pixels from its top, that nothing is in although a button would fit. */
function blankLines(page: Page): Promise<number[][]> {
  return page.locator('.toolbar').evaluate((toolbar) => {
    const box = toolbar.getBoundingClientRect();
    const shown = [...toolbar.querySelectorAll('*')]
      .filter((node) => node.childElementCount === 0 && node.checkVisibility({ visibilityProperty: true }))
      .map((node) => node.getBoundingClientRect())
      .toSorted((a, b) => a.top - b.top);
    const blank: number[][] = [];
    let end = box.top;
    for (const { top, bottom } of [...shown, new DOMRect(box.left, box.bottom, 0, 0)]) {
      if (top - end > 16) blank.push([end - box.top, top - box.top].map(Math.round));
      end = Math.max(end, bottom);
    }
    return blank;
  });
}

for (const [width, height] of [
  [300, 700],
  [520, 900],
  [620, 900],
  [1280, 1000],
]) {
  test.describe(`at ${width} pixels`, () => {
    test.use({ viewport: { width, height } });

    for (const state of ['running', 'comparing', 'two-layers']) {
      test(`${state}: nothing moves when the crosshair comes and goes`, async ({ page }) => {
        await open(page, 'panel', 'dark');
        await play(page, 'panel', state);
        const before = await places(page);
        expect(before.length).toBeGreaterThan(8);
        for (const name of ['perplexity-chart', 'gradient-chart', 'flow-chart', 'flow-curve']) {
          const over = page.getByTestId(name).locator('.u-over');
          await over.scrollIntoViewIfNeeded();
          const box = (await over.boundingBox())!;
          for (const share of [0.03, 0.46, 0.97]) {
            await page.mouse.move(box.x + box.width * share, box.y + box.height / 2);
            await page.waitForTimeout(60);
            expect(await places(page), `${name} at ${share}`).toEqual(before);
          }
        }
      });
    }

    test('zooming moves nothing but the curves', async ({ page }) => {
      await open(page, 'panel', 'dark');
      await play(page, 'panel', 'running');
      const charts = () =>
        page.locator('.plot').evaluateAll((all) => all.map((plot) => plot.getBoundingClientRect().y + scrollY));
      const before = await charts();
      await page.getByTestId('perplexity-chart').locator('.plot').focus();
      await page.keyboard.press('+');
      await expect(page.getByTestId('reset-zoom')).toBeVisible();
      expect(await charts()).toEqual(before);
    });

    test('every line of the toolbar has something in it', async ({ page }) => {
      await open(page, 'panel', 'dark');
      await play(page, 'panel', 'running');
      expect(await blankLines(page)).toEqual([]);
    });
  });
}

test.describe('at the width of half an editor', () => {
  test.use({ viewport: { width: 620, height: 900 } });

  test('the charts begin in the upper third', async ({ page }) => {
    await open(page, 'panel', 'dark');
    await play(page, 'panel', 'running');
    const box = (await page.getByTestId('perplexity-chart').boundingBox())!;
    expect(box.y).toBeLessThan(300);
    const tiles = await page
      .locator('.tile:visible')
      .evaluateAll((all) => all.map((tile) => tile.getBoundingClientRect().top));
    expect(tiles).toHaveLength(5);
    expect(new Set(tiles).size).toBe(1);
  });
});

test.describe('beside a text in a small window', () => {
  test.use({ viewport: { width: 520, height: 900 } });

  test('the buttons stand in one line, and so do the numbers that matter most', async ({ page }) => {
    await open(page, 'panel', 'dark');
    await play(page, 'panel', 'running');
    const lines = async (selector: string) => {
      const tops = await page
        .locator(selector)
        .evaluateAll((all) =>
          all.filter((node) => node.checkVisibility()).map((node) => Math.round(node.getBoundingClientRect().top)),
        );
      return [...new Set(tops)].map((top) => tops.filter((each) => each === top).length);
    };
    expect(await lines('.controls vscode-button')).toEqual([4]);
    expect(await lines('.tile')).toEqual([4]);
    // Icons alone, with their words as names and tooltips.
    for (const name of ['Stop', 'Save Checkpoint', 'Run Again With…']) {
      const button = page.getByRole('button', { name, exact: true }).first();
      await expect(button).toBeVisible();
      expect((await button.boundingBox())!.width).toBeLessThan(40);
    }
  });
});

test('presents: words and curves grow, and it is remembered', async ({ page }) => {
  await open(page, 'panel', 'dark');
  await play(page, 'panel', 'running');
  const size = () => page.locator('.facts').evaluate((node) => Number.parseFloat(getComputedStyle(node).fontSize));
  const axis = () =>
    page
      .getByTestId('perplexity-chart')
      .locator('.u-over')
      .evaluate((node) => Number.parseFloat((node as HTMLElement).style.left));
  const present = page.getByTestId('present');
  await expect(present).toHaveAttribute('aria-pressed', 'false');
  const [words, labels] = [await size(), await axis()];
  await present.click();
  await expect(present).toHaveAttribute('aria-pressed', 'true');
  expect(await size()).toBeCloseTo(1.5 * words, 1);
  await expect.poll(axis).toBeCloseTo(1.5 * labels, 0);
  const state = await page.evaluate(() => fakeHost.state);
  expect(state).toMatchObject({ present: true });

  await page.addInitScript((kept) => {
    fakeHost.state = kept;
  }, state);
  await page.reload();
  await play(page, 'panel', 'running');
  await expect(present).toHaveAttribute('aria-pressed', 'true');
  expect(await size()).toBeCloseTo(1.5 * words, 1);
  await present.click();
  expect(await size()).toBeCloseTo(words, 1);
  expect(await page.evaluate(() => fakeHost.state)).toMatchObject({ present: false });
});

test('names what a run does before its first step, once', async ({ page }) => {
  await open(page, 'panel', 'dark');
  await play(page, 'panel', 'preparing');
  const phase = page.getByTestId('preparing');
  await expect(phase).toContainText('Reading moby-dick.txt');
  await page.evaluate(() => {
    const reading = { what: 'vocabulary', share: 0.409 } as const;
    const summary = { ...fakeHost.make.summary('preparing', 0, 9730), reading };
    fakeHost.deliver({ type: 'delta', summary, stretch: fakeHost.make.stretch(0, 9730) });
  });
  await expect(phase).toContainText('is learnt: 40%. The charts appear with the first step.');
  await expect(page.getByText('Nothing to show yet.')).toHaveCount(6);
  await expect(page.getByText('Nothing to show yet.').filter({ visible: true })).toHaveCount(0);
  await play(page, 'panel', 'prepared');
  await expect(phase).toContainText('Waiting for the first step');
  await play(page, 'panel', 'running');
  await expect(phase).toBeHidden();
  await expect(page.getByTestId('perplexity-chart')).toBeVisible();
});

test('a run that failed at once shows neither an empty toolbar nor the same action twice', async ({ page }) => {
  await open(page, 'panel', 'dark');
  await play(page, 'panel', 'failed');
  await expect(page.locator('.toolbar')).toBeHidden();
  await expect(page.getByRole('button', { name: /run again with/i })).toHaveCount(1);
});

/** What a newcomer has beside the text in a window of 1400 × 860 pixels, in a wider one, and on a large screen. */
for (const [width, height] of [
  [520, 768],
  [900, 768],
  [1300, 768],
  [1920, 1000],
]) {
  test.describe(`the first screen at ${width} pixels`, () => {
    test.use({ viewport: { width, height } });

    for (const state of ['running', 'paused', 'finished', 'diverged', 'comparing']) {
      test(`${state}: the whole curve and what the model writes, without scrolling`, async ({ page }) => {
        await open(page, 'panel', 'light');
        await play(page, 'panel', state);
        for (const part of [
          page.getByTestId('perplexity-chart').locator('.plot'),
          page.getByTestId('continuation-text'),
        ]) {
          const box = (await part.boundingBox())!;
          expect(box.y).toBeGreaterThanOrEqual(0);
          expect(box.y + box.height).toBeLessThanOrEqual(height);
        }
        await expect(page.getByTestId('rate-chart')).toBeHidden();
      });
    }
  });
}

import { expect, type Page, test } from '@playwright/test';
import { open, play } from './open';
import { pixels, violations } from './page';
import { type ThemeName, themes } from './themes';

const curve = (page: Page) => page.getByTestId('flow-curve');
const map = (page: Page) => page.getByTestId('flow-chart');

/** Which columns of the heat map's pixels are painted, read between two lines of its grid. */
function painted(page: Page): Promise<boolean[]> {
  return map(page).evaluate((chart) => {
    const canvas = chart.querySelector('canvas')!;
    const [all, inside] = [canvas, chart.querySelector('.u-over')!].map((part) => part.getBoundingClientRect());
    const ratio = canvas.width / all.width;
    const y = Math.round((inside.top - all.top + inside.height * 0.04) * ratio);
    const width = Math.floor(inside.width * ratio);
    const { data } = canvas.getContext('2d')!.getImageData(Math.ceil((inside.left - all.left) * ratio), y, width, 1);
    return Array.from({ length: width }, (_, x) => data[4 * x + 3] > 0);
  });
}

test.describe('the gradient flow', () => {
  test('shows the newest step by lag, and the step under the crosshair', async ({ page }) => {
    await open(page, 'panel', 'dark');
    await play(page, 'panel', 'running');
    await expect(curve(page)).toHaveAttribute('data-points', '35');
    await expect(curve(page)).toHaveAttribute('data-exact-points', '0');
    await expect(page.getByTestId('spectral-radius')).toBeHidden();
    await expect(curve(page)).toHaveAttribute('data-step', '6075');
    const newest = await pixels(curve(page));
    await map(page).locator('.plot').focus();
    await page.keyboard.press('Home');
    await expect(curve(page)).toHaveAttribute('data-step', '243');
    await expect(curve(page)).toContainText('step 243');
    await expect.poll(() => pixels(curve(page))).not.toBe(newest);
    await page.keyboard.press('Escape');
    await expect(curve(page)).toHaveAttribute('data-step', '6075');
    await expect.poll(() => pixels(curve(page))).toBe(newest);
  });

  test('reads the norm at a lag by keyboard, without moving the other charts', async ({ page }) => {
    await open(page, 'panel', 'dark');
    await play(page, 'panel', 'running');
    await curve(page).locator('.plot').focus();
    await page.keyboard.press('End');
    const norm = await page.evaluate(() => fakeHost.make.stretch(6412, 9730).flows.at(-1)?.norms[0][34] ?? 0);
    const shown = await curve(page).getByRole('button', { name: 'Measured' }).locator('.value').textContent();
    expect(Number(shown)).toBeCloseTo(norm, 7);
    await expect(page.locator('.u-cursor-x:visible')).toHaveCount(1);
  });

  test('reads the cell of the heat map under the pointer, and by keyboard, in full', async ({ page }) => {
    await open(page, 'panel', 'dark');
    await play(page, 'panel', 'running');
    const flows = await page.evaluate(() => fakeHost.make.stretch(6412, 9730).flows.map(({ norms }) => norms[0]));
    const count = map(page).locator('.chart-count');
    const span = (await count.textContent()) ?? '';
    expect(span).toMatch(/ to /);
    const over = map(page).locator('.u-over');
    await over.scrollIntoViewIfNeeded();
    const box = (await over.boundingBox())!;
    // The last step's column, in the middle of the eleventh of 35 rows from below.
    await page.mouse.move(box.x + box.width - 3, box.y + box.height * (1 - 10.5 / 35));
    await expect(count).toHaveText(/^k = 10: /);
    const value = Number(((await count.textContent()) ?? '').split(': ')[1]);
    expect(value / flows.at(-1)![10]).toBeCloseTo(1, 6);
    await page.mouse.move(box.x + 20, 10);
    await expect(count).toHaveText(span);
    await map(page).locator('.plot').focus();
    await page.keyboard.press('Home');
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowDown');
    await expect(count).toHaveText(/^k = \d+: /);
    const [, row, norm] = /^k = (\d+): (.+)$/.exec((await count.textContent()) ?? '') ?? [];
    expect(Number(norm) / flows[0][Number(row)]).toBeCloseTo(1, 5);
  });

  test('takes the newest step from a delta', async ({ page }) => {
    await open(page, 'panel', 'dark');
    await play(page, 'panel', 'running');
    await page.evaluate(() => {
      const { stretch, summary } = fakeHost.make;
      const more = { summary: summary('running', 7000, 9730), stretch: stretch(7000, 9730, { from: 6412 }) };
      fakeHost.deliver({ type: 'delta', ...more });
    });
    await expect(curve(page)).toHaveAttribute('data-step', '6561');
  });

  test('draws a line for each layer, and the heat map of the one chosen', async ({ page }) => {
    await open(page, 'panel', 'dark');
    await play(page, 'panel', 'two-layers');
    await expect(curve(page)).toHaveAttribute('data-points', '70');
    await expect(curve(page).getByRole('group', { name: 'Legend' }).getByRole('button')).toHaveText([
      /Layer 1/,
      /Layer 2/,
    ]);
    const first = await pixels(map(page));
    const range = await map(page).locator('.chart-count').textContent();
    await map(page).getByRole('combobox', { name: 'Layer of the heat map' }).click();
    await page.getByRole('option', { name: 'Layer 2' }).click();
    await expect(map(page).locator('.chart-count')).not.toHaveText(range ?? '');
    expect(first).not.toBe('');
  });

  test('sets the exact powers and the spectral radius beside a linear RNN', async ({ page }) => {
    await open(page, 'panel', 'dark');
    await play(page, 'panel', 'linear');
    await expect(curve(page)).toHaveAttribute('data-points', '35');
    await expect(curve(page)).toHaveAttribute('data-exact-points', '35');
    await expect(page.getByTestId('spectral-radius')).toHaveText(/^Spectral radius of W_hh 0\.9300: .* vanish by/);
    const both = await pixels(curve(page));
    await curve(page).getByRole('button', { name: 'Exact powers' }).click();
    await expect.poll(() => pixels(curve(page))).not.toBe(both);
  });

  test('sets them beside the top layer of a linear stack', async ({ page }) => {
    await open(page, 'panel', 'dark');
    await play(page, 'panel', 'linear-stack');
    await expect(curve(page)).toHaveAttribute('data-points', '70');
    await expect(curve(page)).toHaveAttribute('data-exact-points', '35');
    await expect(page.getByTestId('spectral-radius')).toHaveText(/^Spectral radius of layer 2’s W_hh 0\.9300: /);
    const both = await pixels(curve(page));
    await curve(page).getByRole('button', { name: 'Exact powers of layer 2’s W_hhᵀ' }).click();
    await expect.poll(() => pixels(curve(page))).not.toBe(both);
  });

  test('paints its map at once, however many cells it has', async ({ page }) => {
    await open(page, 'panel', 'dark');
    await page.evaluate(() => {
      const { stretch, summary } = fakeHost.make;
      const history = stretch(6000, 6000, { evaluations: 3000, flows: 3000 });
      const run = summary('finished', 6000, 6000);
      fakeHost.deliver({ type: 'snapshot', current: run.id, runs: [run], histories: [{ run: run.id, history }] });
    });
    await page.waitForTimeout(350);
    const paintings = await page.evaluate(async () => {
      const { prototype } = CanvasRenderingContext2D;
      const draw = prototype.drawImage;
      let count = 0;
      prototype.drawImage = function (...all: unknown[]) {
        count++;
        return Reflect.apply(draw, this, all);
      };
      const plot = document.querySelector('[data-testid="flow-chart"] .plot')!;
      plot.dispatchEvent(new KeyboardEvent('keydown', { key: '0' }));
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      prototype.drawImage = draw;
      return count;
    });
    expect(paintings).toBe(1);
    const columns = await painted(page);
    const first = columns.indexOf(true);
    expect(first).toBeLessThan(3);
    expect(columns.slice(first)).not.toContain(false);
  });

  test('shows the flow of the last step, in the last column', async ({ page }) => {
    await open(page, 'panel', 'dark');
    await page.evaluate(() => {
      const { stretch, summary } = fakeHost.make;
      const history = stretch(300, 300, { evaluations: 1, flows: 1 });
      const run = summary('finished', 300, 300);
      fakeHost.deliver({ type: 'snapshot', current: run.id, runs: [run], histories: [{ run: run.id, history }] });
    });
    await expect(curve(page)).toHaveAttribute('data-step', '300');
    await expect.poll(() => painted(page).then((columns) => columns.lastIndexOf(true) - columns.length)).toBe(-1);
  });

  test('is away while nothing was measured', async ({ page }) => {
    await open(page, 'panel', 'dark');
    await play(page, 'panel', 'preparing');
    await expect(map(page)).toBeHidden();
    await expect(curve(page)).toBeHidden();
  });
});

for (const theme of Object.keys(themes) as ThemeName[]) {
  for (const state of ['linear', 'linear-stack', 'two-layers']) {
    test(`flow, ${state}, ${theme}: looks as reviewed, without an error, and accessible`, async ({ page }) => {
      await page.setViewportSize({ width: 1100, height: 430 });
      const { errors } = await open(page, 'panel', theme);
      await play(page, 'panel', state);
      await curve(page).scrollIntoViewIfNeeded();
      await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
      await page.waitForTimeout(150);
      await expect(page).toHaveScreenshot(`flow-${state}-${theme}.png`, { maxDiffPixelRatio: 0.001 });
      expect(await violations(page)).toEqual([]);
      expect(errors).toEqual([]);
    });
  }
}

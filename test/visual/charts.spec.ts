import { expect, test } from '@playwright/test';
import { open, play } from './open';
import { chart, pixels, plot, readStep, unfold } from './page';

test.describe('the charts', () => {
  test.beforeEach(async ({ page }) => {
    await open(page, 'panel', 'dark');
  });

  test('moves one crosshair on all charts by keyboard, and reads it out exactly', async ({ page }) => {
    await play(page, 'panel', 'running');
    await unfold(page);
    await plot(page, 'perplexity').focus();
    await page.keyboard.press('Home');
    expect(await readStep(page)).toBe(1);
    await page.keyboard.press('ArrowRight');
    const first = await readStep(page);
    await page.keyboard.press('Shift+ArrowRight');
    const second = await readStep(page);
    expect(first).toBeGreaterThan(1);
    expect(second).toBeGreaterThan(first + 50);
    await page.keyboard.press('End');
    expect(await readStep(page)).toBe(6412);
    const lines = page.locator('.u-cursor-x:visible');
    expect(await lines.count()).toBe(5);
    const exact = await page.evaluate(() => Math.exp(fakeHost.make.stretch(6412, 9730).columns.loss[6411]));
    await expect(page.getByTestId('readout')).toContainText(`perplexity ${Number(exact.toPrecision(7))}`);
  });

  test('leaves keys with Ctrl, Alt or ⌘ to the editor', async ({ page }) => {
    await play(page, 'panel', 'running');
    await plot(page, 'perplexity').focus();
    const before = await pixels(chart(page, 'perplexity'));
    for (const modifier of ['Control', 'Alt', 'Meta']) {
      const kept = await plot(page, 'perplexity').evaluate(
        (node, held) =>
          ['+', '-', '0', 'Home', 'ArrowLeft', 'PageUp'].filter((key) => {
            const init = { key, bubbles: true, cancelable: true, [held]: true };
            return node.dispatchEvent(new KeyboardEvent('keydown', init));
          }).length,
        modifier === 'Control' ? 'ctrlKey' : modifier === 'Alt' ? 'altKey' : 'metaKey',
      );
      expect(kept, modifier).toBe(6);
    }
    await expect(page.getByTestId('reset-zoom')).toBeHidden();
    await expect(page.getByTestId('readout')).toHaveText('');
    expect(await pixels(chart(page, 'perplexity'))).toBe(before);
  });

  test('follows the pointer on the other charts', async ({ page }) => {
    await play(page, 'panel', 'running');
    const box = (await plot(page, 'perplexity').locator('.u-over').boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + 60);
    await expect.poll(() => readStep(page)).toBeGreaterThan(3100);
    expect(await readStep(page)).toBeLessThan(3300);
    const [here, there] = await Promise.all(
      ['perplexity', 'gradient'].map(async (name) => (await chart(page, name).locator('.u-cursor-x').boundingBox())!.x),
    );
    expect(Math.abs(here - there)).toBeLessThan(2);
  });

  test('follows the pointer again that moves on after a key, wherever it rests meanwhile', async ({ page }) => {
    await play(page, 'panel', 'running');
    const box = (await plot(page, 'perplexity').locator('.u-over').boundingBox())!;
    await plot(page, 'perplexity').focus();
    await page.mouse.move(box.x + box.width / 2, box.y + 60);
    await expect.poll(() => readStep(page)).toBeGreaterThan(3100);
    await page.keyboard.press('Home');
    await expect.poll(() => readStep(page)).toBe(1);
    await page.mouse.move(box.x + box.width / 4, box.y + 60);
    await expect.poll(() => readStep(page)).toBeGreaterThan(1500);
    expect(await readStep(page)).toBeLessThan(1700);
  });

  test('reads nothing of a run where it has ended already', async ({ page }) => {
    await play(page, 'panel', 'comparing');
    const values = (name: string) => chart(page, name).locator('.legend .value').allTextContents();
    // Three runs that end at steps 6,412, 9,730 and 7,800; the newest values of all without a crosshair.
    expect((await values('speed')).every((text) => /^[\d.]+k$/.test(text))).toBe(true);
    await plot(page, 'perplexity').focus();
    await page.keyboard.press('End');
    expect(await values('speed')).toEqual(['–', expect.stringMatching(/\d/), '–']);
    expect((await values('perplexity')).filter((text) => text !== '')).toEqual([
      '–',
      '–',
      expect.stringMatching(/\d/),
      expect.stringMatching(/\d/),
      '–',
      '–',
    ]);
    await page.keyboard.press('Home');
    expect(await values('speed')).not.toContain('–');
  });

  test('zooms all charts by wheel, pans by drag, and shows everything again', async ({ page }) => {
    await play(page, 'panel', 'running');
    await unfold(page);
    const before = await pixels(chart(page, 'speed'));
    await plot(page, 'gradient').click({ position: { x: 300, y: 60 } });
    await page.mouse.wheel(0, -600);
    const reset = page.getByTestId('reset-zoom');
    await expect(reset).toBeVisible();
    await expect.poll(() => pixels(chart(page, 'speed'))).not.toBe(before);
    const zoomed = await pixels(chart(page, 'speed'));
    const box = (await plot(page, 'gradient').boundingBox())!;
    await page.mouse.move(box.x + 300, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + 200, box.y + 60, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => pixels(chart(page, 'speed'))).not.toBe(zoomed);
    await reset.click();
    await expect(reset).toBeHidden();
  });

  test('marks a range by drag and zooms to it', async ({ page }) => {
    await play(page, 'panel', 'running');
    const box = (await plot(page, 'perplexity').locator('.u-over').boundingBox())!;
    const at = (share: number) => box.x + box.width * share;
    await page.mouse.move(at(0.25), box.y + 80);
    await page.mouse.down();
    await page.mouse.move(at(0.5), box.y + 80, { steps: 5 });
    await page.mouse.up();
    await page.keyboard.press('Home');
    const from = await readStep(page);
    await page.keyboard.press('End');
    const to = await readStep(page);
    expect(Math.abs(from - 6412 * 0.25)).toBeLessThan(40);
    expect(Math.abs(to - 6412 * 0.5)).toBeLessThan(40);
  });

  test('switches curves on and off by the legend, and remembers it', async ({ page }) => {
    await play(page, 'panel', 'running');
    const before = await pixels(chart(page, 'gradient'));
    const marks = chart(page, 'gradient').getByRole('button', { name: 'Clip events' });
    await marks.click();
    await expect(marks).toHaveAttribute('aria-pressed', 'false');
    await expect.poll(() => pixels(chart(page, 'gradient'))).not.toBe(before);
    expect(await page.evaluate(() => (fakeHost.state as { hidden: string[] }).hidden)).toContain('gradient.clips');
  });

  test('measures the axis in steps, epochs or time', async ({ page }) => {
    await play(page, 'panel', 'running');
    const steps = await pixels(chart(page, 'perplexity'));
    await page.getByText('Time', { exact: true }).click();
    await expect.poll(() => pixels(chart(page, 'perplexity'))).not.toBe(steps);
    expect(await page.evaluate(() => (fakeHost.state as { xAxis: string }).xAxis)).toBe('time');
    await plot(page, 'perplexity').focus();
    await page.keyboard.press('End');
    expect(await readStep(page)).toBe(6412);
  });

  test('smooths as far as the slider says', async ({ page }) => {
    await play(page, 'panel', 'running');
    const before = await pixels(chart(page, 'perplexity'));
    const slider = page.getByTestId('smoothing');
    await slider.focus();
    await page.keyboard.press('Home');
    await expect(slider).toHaveAttribute('aria-valuetext', 'off');
    await expect.poll(() => pixels(chart(page, 'perplexity'))).not.toBe(before);
    await page.keyboard.press('End');
    await expect(slider).toHaveAttribute('aria-valuetext', '1,000 steps');
  });

  test('marks each clip event with a triangle that points down', async ({ page }) => {
    await page.evaluate(() => {
      const { stretch, summary } = fakeHost.make;
      const history = stretch(20, 20, { clips: 0 });
      const norms = history.columns.gradNorm.fill(0.5);
      norms[9] = 3;
      history.columns.clipScale.fill(1);
      history.columns.clipScale[9] = 1 / 3;
      const run = summary('running', 20, 20);
      const stretchOnly = { ...history, marks: [] };
      fakeHost.deliver({
        type: 'snapshot',
        current: run.id,
        runs: [run],
        histories: [{ run: run.id, history: stretchOnly }],
      });
    });
    await expect(page.getByTestId('clip-event-count')).toHaveText('1 clip event (5.0%)');
    await chart(page, 'gradient').getByRole('button', { name: 'Threshold' }).click();
    await page.waitForTimeout(200);
    /** Red pixels of each row that has any, from the top; the theme's red is used by nothing else now. */
    const rows = () =>
      chart(page, 'gradient')
        .locator('canvas')
        .first()
        .evaluate((canvas: HTMLCanvasElement) => {
          const { width, height, data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
          const isRed = (at: number) =>
            data[at] > 200 && data[at + 1] < 110 && data[at + 2] < 110 && data[at + 3] > 200;
          return Array.from({ length: height }, (_, y) =>
            Array.from({ length: width }, (_, x) => Number(isRed(4 * (y * width + x)))).reduce((a, b) => a + b),
          ).filter((count) => count > 0);
        });
    const widths = await rows();
    expect(widths.length).toBeGreaterThanOrEqual(4);
    expect(widths[0]).toBeGreaterThan(widths.at(-1)! + 2);
    expect(widths).toEqual([...widths].sort((a, b) => b - a));
    await chart(page, 'gradient').getByRole('button', { name: 'Clip events' }).click();
    await expect.poll(async () => (await rows()).length).toBe(0);
  });

  test('tells runs apart by shape, and not by colour alone', async ({ page }) => {
    await play(page, 'panel', 'comparing');
    await unfold(page);
    const shapes = () =>
      chart(page, 'speed')
        .locator('.legend .symbol')
        .evaluateAll((all) => all.map((svg) => svg.querySelector('path')?.getAttribute('d')));
    expect(new Set(await shapes()).size).toBe(3);
    const oneColour = () =>
      page.evaluate(() => {
        const { style } = document.documentElement;
        for (const name of ['blue', 'yellow', 'green', 'purple', 'red', 'orange']) {
          style.setProperty(`--vscode-charts-${name}`, '#8888ff');
        }
      });
    await oneColour();
    /** Two level curves in one colour, `lower` below the other: only the shape can say which is whose. */
    const level = (front: 'run-1' | 'run-2', lower: 'run-1' | 'run-2') =>
      page.evaluate(
        ([current, below]) => {
          const { stretch, summary } = fakeHost.make;
          const histories = ['run-1', 'run-2'].map((run) => {
            const history = stretch(400, 400);
            history.columns.tokensPerSecond.fill(run === below ? 50_000 : 90_000);
            return { run, history: { ...history, marks: [] } };
          });
          const runs = histories.map(({ run }) => summary('finished', 400, 400, { id: run, name: run }));
          fakeHost.deliver({ type: 'snapshot', current, runs, histories });
        },
        [front, lower] as const,
      );
    await level('run-1', 'run-1');
    await page.waitForTimeout(350);
    const one = await pixels(chart(page, 'speed'));
    await level('run-1', 'run-2');
    await expect.poll(() => pixels(chart(page, 'speed'))).not.toBe(one);
    await level('run-1', 'run-1');
    await expect.poll(() => pixels(chart(page, 'speed'))).toBe(one);
    // Another run in front: each keeps the shape and the colour that it had.
    await level('run-2', 'run-1');
    await page.waitForTimeout(350);
    expect(await pixels(chart(page, 'speed'))).toBe(one);
    // The page made again, as by a switch of tabs, with that run in front from the start.
    const state = await page.evaluate(() => fakeHost.state);
    expect(state).toMatchObject({ colours: { 'run-1': 0, 'run-2': 1 } });
    await page.addInitScript((kept) => {
      fakeHost.state = kept;
    }, state);
    await page.reload();
    await oneColour();
    await level('run-2', 'run-1');
    await expect.poll(() => pixels(chart(page, 'speed'))).toBe(one);
  });
});

import { expect, type Page, test } from '@playwright/test';
import { open, play } from './open';
import { unfold } from './page';

/** What may not lie on one another, nor reach beyond the page's sides: what is read or pressed. A blank chart's words lie on it. */
const parts = [
  'h1, h2, p:not(.chart-empty), dt, dd, summary, label, .state, .note, .facts, .chart-count, .plot, .legend button, .menu',
  'vscode-button, vscode-text-field, vscode-text-area, vscode-dropdown, input[type="range"]',
].join(', ');

/** Pairs of parts that overlap, and parts that reach beyond the sides, named by what they say. */
function collisions(page: Page): Promise<string[]> {
  return page.evaluate((selector) => {
    const found = [...document.querySelectorAll<HTMLElement>(selector)]
      .filter((node) => node.checkVisibility({ visibilityProperty: true }))
      .map((node) => ({ node, box: node.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && box.height > 0);
    const named = ({ node }: (typeof found)[number]) =>
      `${node.localName}.${node.className} “${(node.getAttribute('aria-label') ?? node.textContent ?? '').trim().slice(0, 30)}”`;
    const width = document.documentElement.clientWidth;
    const out = found
      .filter(({ box }) => box.left < -0.5 || box.right > width + 0.5)
      .map((one) => `beyond: ${named(one)}`);
    found.forEach((one, index) => {
      for (const other of found.slice(index + 1)) {
        if (one.node.contains(other.node) || other.node.contains(one.node)) continue;
        const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
        const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
        if (across > 1 && down > 1) out.push(`${named(one)} overlaps ${named(other)}`);
      }
    });
    return out;
  }, parts);
}

const sizes = [
  { name: '300 pixels', width: 300, height: 700, zoom: 1 },
  { name: '200 % of 1280 pixels', width: 640, height: 500, zoom: 2 },
  { name: '200 % of 640 pixels', width: 320, height: 500, zoom: 2 },
  { name: '4K', width: 3840, height: 2160, zoom: 1 },
];

for (const { name, width, height, zoom } of sizes) {
  test.describe(`at ${name}`, () => {
    test.use({ viewport: { width, height }, deviceScaleFactor: zoom });

    for (const state of ['no-run', 'preparing', 'running', 'paused', 'finished', 'diverged', 'failed', 'comparing']) {
      test(`the panel, ${state}: nothing overlaps or is cut off`, async ({ page }) => {
        await open(page, 'panel', 'dark');
        await play(page, 'panel', state);
        expect(await collisions(page)).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      });
    }

    test('charts are drawn in the pixels of the screen, and react to the pointer where it is', async ({ page }) => {
      await open(page, 'panel', 'dark');
      await play(page, 'panel', 'running');
      const plot = page.getByTestId('perplexity-chart').locator('.plot');
      const canvas = plot.locator('canvas');
      const [drawn, shown] = await canvas.evaluate((node: HTMLCanvasElement) => [node.width, node.clientWidth]);
      expect(drawn / shown).toBeCloseTo(zoom, 1);
      await plot.scrollIntoViewIfNeeded();
      const over = (await plot.locator('.u-over').boundingBox())!;
      await page.mouse.move(over.x + over.width / 2, over.y + over.height / 2);
      const step = async () =>
        Number(/step ([\d,]+)/.exec((await page.getByTestId('readout').textContent()) ?? '')?.[1].replaceAll(',', ''));
      await expect.poll(step).toBeGreaterThan(3206 - 100);
      expect(await step()).toBeLessThan(3206 + 100);
    });
  });
}

test('parts that overlap or reach beyond the sides are found', async ({ page }) => {
  await open(page, 'panel', 'dark');
  await play(page, 'panel', 'running');
  await page.locator('.title h1').evaluate((node) => {
    const below = document.querySelector('dt')?.getBoundingClientRect().top ?? 0;
    node.style.position = 'relative';
    node.style.top = `${below - node.getBoundingClientRect().top}px`;
  });
  expect((await collisions(page)).join()).toContain('overlaps');
  await page.locator('.title h1').evaluate((node) => {
    node.style.left = '-60px';
  });
  expect((await collisions(page)).join()).toContain('beyond');
});

test('charts are drawn anew when the window is magnified', async ({ page }) => {
  await open(page, 'panel', 'dark');
  await play(page, 'panel', 'running');
  await unfold(page);
  const client = await page.context().newCDPSession(page);
  const magnify = (zoom: number) =>
    client.send('Emulation.setDeviceMetricsOverride', {
      width: 1280 / zoom,
      height: 1000 / zoom,
      deviceScaleFactor: zoom,
      mobile: false,
    });
  for (const zoom of [2, 1]) {
    await magnify(zoom);
    for (const name of ['perplexity', 'gradient', 'speed']) {
      const canvas = page.getByTestId(`${name}-chart`).locator('canvas').first();
      await expect
        .poll(() => canvas.evaluate((node: HTMLCanvasElement) => Math.round((100 * node.width) / node.clientWidth)))
        .toBe(100 * zoom);
    }
  }
});

import { expect, type Page, test } from '@playwright/test';
import { open, play } from './open';
import { violations } from './page';
import type { ThemeName } from './themes';

/** One more reviewed picture: what it is of, how large, and what was done before it was taken. */
interface Picture {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly state: string;
  readonly theme: ThemeName;
  act?(page: Page): Promise<void>;
}

/** Sets the pointer on a chart, at a share of its width and height. */
async function point(page: Page, chart: string, x: number, y: number): Promise<void> {
  const over = page.getByTestId(chart).locator('.u-over');
  await over.scrollIntoViewIfNeeded();
  const box = (await over.boundingBox())!;
  await page.mouse.move(box.x + box.width * x, box.y + box.height * y);
}

async function magnify(page: Page): Promise<void> {
  await page.getByTestId('perplexity-chart').locator('.plot').focus();
  for (let i = 0; i < 4; i++) await page.keyboard.press('+');
  for (let i = 0; i < 3; i++) await page.keyboard.press('PageDown');
}

/** A playground that has written some tokens, with the choices of one of them. */
async function write(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Generate' }).click();
  await page.evaluate(() => {
    const [request] = fakeHost.posted.filter(({ method }) => method === 'continue');
    const { ticket } = request.argument as { ticket: number };
    const tokens = [...'the captain of the whale'].map((text, index) => ({
      text,
      ids: [text.charCodeAt(0)],
      bits: (index * 1.7) % 6.1,
      alternatives: [
        { text, ids: [text.charCodeAt(0)], probability: 2 ** -((index * 1.7) % 6.1), bits: (index * 1.7) % 6.1 },
        { text: 'e', ids: [0], probability: 0.21, bits: 2.25 },
        { text: '\n', ids: [10], probability: 0.05, bits: 4.32 },
      ].sort((a, b) => b.probability - a.probability),
    }));
    fakeHost.deliver({ type: 'tokens', ticket, tokens });
  });
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  await page.locator('.token').nth(8).hover();
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
}

const pictures: readonly Picture[] = [
  { name: 'half-an-editor', width: 620, height: 900, state: 'running', theme: 'dark' },
  {
    name: 'hover',
    width: 620,
    height: 900,
    state: 'running',
    theme: 'dark',
    act: (page) => point(page, 'perplexity-chart', 0.45, 0.4),
  },
  { name: 'magnified', width: 900, height: 900, state: 'running', theme: 'light', act: magnify },
  { name: 'magnified-comparing', width: 900, height: 900, state: 'comparing', theme: 'dark', act: magnify },
  {
    name: 'clip-list',
    width: 620,
    height: 900,
    state: 'running',
    theme: 'light',
    act: async (page) => {
      await page.getByTestId('mark-list').locator('summary').click();
      await page.getByTestId('clip-list').locator('summary').click();
      await page.getByTestId('clip-list').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'flow-hover',
    width: 900,
    height: 420,
    state: 'two-layers',
    theme: 'dark',
    act: (page) => point(page, 'flow-chart', 0.6, 0.5),
  },
  { name: 'playground', width: 620, height: 760, state: 'running', theme: 'dark', act: write },
  { name: 'playground', width: 620, height: 760, state: 'running', theme: 'hc-light', act: write },
  { name: 'narrow', width: 300, height: 1100, state: 'running', theme: 'light' },
  { name: 'narrow-comparing', width: 300, height: 1100, state: 'comparing', theme: 'dark' },
  { name: 'wall', width: 3840, height: 2160, state: 'comparing', theme: 'dark' },
  {
    name: 'present',
    width: 1280,
    height: 900,
    state: 'running',
    theme: 'light',
    act: (page) => page.getByTestId('present').click(),
  },
  { name: 'prepared', width: 620, height: 400, state: 'prepared', theme: 'light' },
];

for (const { name, width, height, state, theme, act } of pictures) {
  test(`${name}, ${theme}: looks as reviewed, without an error, and accessible`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    const { errors } = await open(page, 'panel', theme);
    await play(page, 'panel', state);
    await act?.(page);
    await page.waitForTimeout(350);
    await expect(page).toHaveScreenshot(`panel-${name}-${theme}.png`, { maxDiffPixelRatio: 0.001 });
    expect(await violations(page)).toEqual([]);
    expect(errors).toEqual([]);
  });
}

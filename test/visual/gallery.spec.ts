import { expect, test } from '@playwright/test';
import { open, play } from './open';
import { violations } from './page';
import { type ThemeName, themes } from './themes';

const states = {
  panel: ['no-run', 'preparing', 'running', 'paused', 'finished', 'diverged', 'failed', 'comparing'],
  sidebar: ['no-run', 'running'],
} as const;

/**
 * How many of a picture's pixels may differ from the reviewed one: letters are drawn a little differently from machine to
 * machine, while a curve, a panel or a colour that is gone changes more.
 */
const tolerance = 0.001;

for (const theme of Object.keys(themes) as ThemeName[]) {
  for (const name of ['panel', 'sidebar'] as const) {
    for (const state of states[name]) {
      test(`${name}, ${state}, ${theme}: looks as reviewed, without an error, and accessible`, async ({ page }) => {
        await page.setViewportSize(name === 'sidebar' ? { width: 300, height: 480 } : { width: 1100, height: 1250 });
        const { errors } = await open(page, name, theme);
        await play(page, name, state);
        await expect(page).toHaveScreenshot(`${name}-${state}-${theme}.png`, { maxDiffPixelRatio: tolerance });
        expect(await violations(page)).toEqual([]);
        expect(errors).toEqual([]);
      });
    }
  }
}

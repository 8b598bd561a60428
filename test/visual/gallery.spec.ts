import { expect, test } from '@playwright/test';
import { open, play } from './open';

const panelStates = ['no-run', 'preparing', 'running', 'paused', 'finished', 'diverged', 'failed', 'comparing'];

for (const theme of (process.env.THEMES ?? 'dark,light').split(',') as ('dark' | 'light')[]) {
  for (const state of panelStates) {
    test(`panel ${state} ${theme}`, async ({ page }) => {
      const { errors } = await open(page, 'panel', theme);
      await play(page, 'panel', state);
      await page.screenshot({ path: `out/gallery/panel-${state}-${theme}.png`, fullPage: true });
      expect(errors).toEqual([]);
    });
  }
}

import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { open, play } from './open';
import { type ThemeName, themes } from './themes';

const states = {
  panel: ['no-run', 'preparing', 'running', 'paused', 'finished', 'diverged', 'failed', 'comparing'],
  sidebar: ['no-run', 'running'],
} as const;

/** Only these states or themes, for a quick look: GALLERY=running THEMES=dark. */
const only = (list: readonly string[], wanted: string | undefined) =>
  list.filter((name) => !wanted || wanted.split(',').includes(name));

for (const theme of only(Object.keys(themes), process.env.THEMES) as ThemeName[]) {
  for (const name of ['panel', 'sidebar'] as const) {
    for (const state of only(states[name], process.env.GALLERY)) {
      test(`${name}, ${state}, ${theme}: drawn without an error, and accessible`, async ({ page }) => {
        if (name === 'sidebar') await page.setViewportSize({ width: 300, height: 720 });
        const { errors } = await open(page, name, theme);
        await play(page, name, state);
        await page.screenshot({ path: `out/gallery/${name}-${state}-${theme}.png`, fullPage: true });
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(
          violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`),
        ).toEqual([]);
        expect(errors).toEqual([]);
      });
    }
  }
}

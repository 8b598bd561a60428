import { expect, type Page, test } from '@playwright/test';
import { open, play } from './open';

/** Animations that go on by themselves, by what they move. */
function moving(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    document
      .getAnimations()
      .filter((animation) => animation.effect?.getComputedTiming().iterations === Number.POSITIVE_INFINITY)
      .map((animation) => ((animation.effect as KeyframeEffect).target as Element).getAttribute('class') ?? ''),
  );
}

const states = ['preparing', 'running'] as const;

for (const state of states) {
  test(`${state}: moves while nobody asked for less`, async ({ page }) => {
    await open(page, 'panel', 'dark');
    await play(page, 'panel', state);
    expect((await moving(page)).length).toBe(1);
  });

  test(`${state}: stands still where the system asks for less motion`, async ({ page }) => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await open(page, 'panel', 'dark');
    await play(page, 'panel', state);
    expect(await moving(page)).toEqual([]);
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
  });

  test(`${state}: stands still where VS Code asks for less motion`, async ({ page }) => {
    await open(page, 'panel', 'dark');
    await page.evaluate(() => document.body.classList.add('vscode-reduce-motion'));
    await play(page, 'panel', state);
    expect(await moving(page)).toEqual([]);
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
  });
}

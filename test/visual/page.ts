import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';

/** One of the panel's charts: perplexity, gradient, rate, speed or flow. */
export function chart(page: Page, name: string): Locator {
  return page.getByTestId(`${name}-chart`);
}

/** Its focusable canvas. */
export function plot(page: Page, name: string): Locator {
  return chart(page, name).locator('.plot');
}

/** Unfolds learning rate and speed, and waits until they are drawn. */
export async function unfold(page: Page): Promise<void> {
  await page.getByTestId('rate-and-speed').locator('summary').click();
  await chart(page, 'speed').locator('canvas').first().waitFor();
}

/** The pixels of a chart, to see whether it was drawn anew. */
export function pixels(chart: Locator): Promise<string> {
  return chart
    .locator('canvas')
    .first()
    .evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
}

/** What the page posted of one type. */
export function posted(page: Page, type: string): Promise<{ readonly [key: string]: unknown }[]> {
  return page.evaluate((wanted) => fakeHost.posted.filter((message) => message.type === wanted), type);
}

/** The step that the readout names. */
export async function readStep(page: Page): Promise<number> {
  const text = (await page.getByTestId('readout').textContent()) ?? '';
  return Number(/step ([\d,]+)/.exec(text)?.[1].replaceAll(',', ''));
}

/**
 * What axe finds, a line for each rule that is violated. The page has no frames, so the slow walk through them is left out,
 * and so is the account of everything that is right.
 */
export async function violations(page: Page): Promise<string[]> {
  const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'] });
  const found = await axe.analyze();
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
}

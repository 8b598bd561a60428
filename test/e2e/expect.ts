import { expect as base } from '@playwright/test';
import type { RunView } from './pages/panel';

/** How long a run may take to get where a test expects it. */
const patience = 120_000;

/** Playwright's expect, and what can be expected of a run that a page shows. All of them wait. */
export const expect = base.extend({
  async toHavePerplexityBelow(run: RunView, limit: number) {
    const seen = await poll(
      () => run.read('validation'),
      (value) => value !== undefined && value < limit,
    );
    return {
      pass: seen.met,
      message: () => `the validation perplexity should fall below ${limit}; it is ${seen.value ?? 'unknown'}`,
    };
  },
  async toBeIn(run: RunView, state: string, timeout = patience) {
    const seen = await poll(
      async () => (await run.state.textContent({ timeout })) ?? '',
      (value) => value.trim() === state,
      timeout,
    );
    return { pass: seen.met, message: () => `the run should be ${state}; it is ${seen.value}` };
  },
});

async function poll<T>(
  read: () => Promise<T>,
  met: (value: T) => boolean,
  timeout = patience,
): Promise<{ value: T; met: boolean }> {
  const end = Date.now() + timeout;
  for (;;) {
    const value = await read();
    if (met(value) || Date.now() > end) return { value, met: met(value) };
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

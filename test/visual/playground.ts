import type { Page } from '@playwright/test';

/** What the playground asks for. */
export interface Argument {
  readonly prompt: string;
  readonly follow?: readonly number[];
  readonly ticket: number;
  readonly seed: number;
  readonly options: { readonly temperature: number; readonly length: number };
}

/** The playground's requests, oldest first. */
export function requests(page: Page): Promise<Argument[]> {
  return page.evaluate(() =>
    fakeHost.posted
      .filter((message) => message.type === 'request' && message.method === 'continue')
      .map((message) => message.argument as Argument),
  );
}

/** Streams tokens of a request that stays open, as the host does. */
export async function stream(page: Page, words: readonly string[]): Promise<void> {
  const { ticket } = (await requests(page)).at(-1)!;
  await page.evaluate(
    ([id, texts]) => {
      const tokens = texts.map((text, index) => ({
        text,
        ids: [100 + text.length],
        bits: index * 1.7,
        alternatives: [
          { text, ids: [100 + text.length], probability: 2 ** -(index * 1.7), bits: index * 1.7 },
          { text: 'whale', ids: [7], probability: 0.25, bits: 3.5 },
          { text: '\n', ids: [8], probability: 0.05, bits: 6 },
        ],
      }));
      fakeHost.deliver({ type: 'tokens', ticket: id, tokens });
    },
    [ticket, words] as const,
  );
}

import { expect, test } from '@playwright/test';
import { open, play } from './open';
import { stream } from './playground';

test.describe('text of any script', () => {
  const shalom = [...'שלום, עולם. 12!'];

  test.beforeEach(async ({ page }) => {
    await open(page, 'panel', 'light');
    await play(page, 'panel', 'running');
    await page.getByTestId('playground-prompt').locator('textarea').fill('אמר: ');
    await page.getByTestId('playground-generate').click();
    await stream(page, shalom);
  });

  test('runs from where its first letter says, paragraph by paragraph', async ({ page }) => {
    const paper = page.getByTestId('playground-text');
    await expect(paper).toHaveCSS('direction', 'rtl');
    await expect(paper).toHaveCSS('unicode-bidi', 'plaintext');
    const [box, first, mark] = await Promise.all([
      paper.boundingBox(),
      page.locator('.token').first().boundingBox(),
      page.locator('.token').last().boundingBox(),
    ]);
    expect(first!.x, 'letters begin at the right').toBeGreaterThan(box!.x + box!.width / 2);
    expect(mark!.x, 'the last mark stands at the left end').toBeLessThan(first!.x - 50);
    const area = page.getByTestId('playground-prompt').locator('textarea');
    await expect(area).toHaveCSS('unicode-bidi', 'plaintext');
    await expect(page.getByTestId('continuation-text')).toHaveAttribute('dir', 'auto');
    await expect(page.locator('.excerpt').first()).toHaveCSS('unicode-bidi', 'plaintext');
  });

  test('keeps its direction to itself beside numbers and quotes', async ({ page }) => {
    const token = page.locator('.token').nth(2);
    await token.focus();
    const group = page.getByRole('group', { name: 'What else it might have been' });
    await expect(group.locator('p bdi')).toHaveText('ו');
    await expect(token).toHaveAttribute('aria-label', '\u2068ו\u2069, 3.4 bits');
    const [letter, bits] = await group.locator('p').evaluate((heading) => {
      const range = document.createRange();
      const place = (node: Node, at: number) => {
        range.setStart(node, at);
        range.setEnd(node, at + 1);
        return range.getBoundingClientRect().x;
      };
      const after = [...heading.childNodes].find(({ textContent }) => textContent?.includes('bits'))!;
      return [place(heading.querySelector('bdi')!.firstChild!, 0), place(after, after.textContent!.indexOf('3'))];
    });
    expect(bits, 'the number stands after the letter').toBeGreaterThan(letter);
    await expect(page.getByTestId('alternatives').locator('bdi').first()).toHaveText('ו');
  });

  test('is walked through in its own direction', async ({ page }) => {
    await page.locator('.token').first().focus();
    await page.keyboard.press('ArrowLeft');
    await expect(page.locator('.token:focus')).toHaveText('ל');
    await page.keyboard.press('ArrowRight');
    await expect(page.locator('.token:focus')).toHaveText('ש');
  });

  test('shows what nothing would be seen of', async ({ page }) => {
    await page.getByTestId('playground-generate').click();
    await stream(page, ['न', '\u093f', '\u200d', '\ufe0f', '\u200f', '👩\u200d💻']);
    const labels = await page
      .locator('.token')
      .evaluateAll((all) => all.map((token) => token.getAttribute('aria-label')));
    expect(labels.map((label) => label?.split(',')[0])).toEqual([
      'न',
      '◌\u093f',
      '⟨U+200D⟩',
      '⟨U+FE0F⟩',
      '⟨U+200F⟩',
      '👩\u200d💻',
    ]);
  });

  test('joins letters and clusters though each is a token', async ({ page }) => {
    /** How wide a text is as one run, and as tokens. */
    const widths = (text: string) =>
      page.evaluate((whole) => {
        const paper = document.querySelector('.paper .tokens')!;
        const measure = (nodes: Node[]) => {
          const line = document.createElement('span');
          line.append(...nodes);
          paper.append(line);
          const { width } = line.getBoundingClientRect();
          line.remove();
          return width;
        };
        const tokens = [...whole].map((character, index) => {
          const token = document.createElement('span');
          token.className = `token tint-${index % 6}`;
          token.textContent = character;
          return token;
        });
        return [measure([document.createTextNode(whole)]), measure(tokens)];
      }, text);
    for (const text of ['مرحبا بالعالم', 'क्षत्रिय हिन्दी', '👩🏽‍💻👨‍👩‍👧', 'e\u0301a\u0308']) {
      const [one, many] = await widths(text);
      expect(many, text).toBeCloseTo(one, 0);
    }
  });
});

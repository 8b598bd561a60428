import { expect, test } from '@playwright/test';
import { open, play } from './open';
import { violations } from './page';
import { requests, stream } from './playground';

test.describe('the playground', () => {
  test.beforeEach(async ({ page }) => {
    await open(page, 'panel', 'light');
    await play(page, 'panel', 'running');
    await page.getByTestId('playground-prompt').locator('textarea').fill('Call me ');
    await page.getByTestId('playground-generate').click();
  });

  test('asks with what the fields say, and shows tokens as they come', async ({ page }) => {
    const [first] = await requests(page);
    expect(first).toMatchObject({ prompt: 'Call me ', seed: 0, options: { temperature: 0.8, length: 200 } });
    await stream(page, ['the ', 'old ']);
    await stream(page, ['ship']);
    await expect(page.getByTestId('playground-text')).toHaveText('Call me the old ship');
    await expect(page.getByTestId('playground-summary')).toContainText('3 tokens');
  });

  test('tints by surprise and is accessible', async ({ page }) => {
    await stream(page, ['a', 'b', 'c', 'd', 'e']);
    const tints = await page.locator('.token').evaluateAll((tokens) => tokens.map((token) => token.className));
    expect(tints).toEqual(['token tint-0', 'token tint-2', 'token tint-3', 'token tint-4', 'token tint-5']);
    await page.locator('.token').nth(3).hover();
    await page.getByTestId('playground').screenshot({ path: 'out/gallery/playground-light.png' });
    expect(await violations(page)).toEqual([]);
  });

  test('branches from another token, by keyboard alone', async ({ page }) => {
    await stream(page, ['the ', 'old ', 'ship']);
    await page.locator('.token').first().focus();
    await page.keyboard.press('ArrowRight');
    await expect(page.getByTestId('alternatives').getByRole('button')).toHaveCount(3);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect.poll(() => requests(page)).toHaveLength(2);
    const [first, second] = await requests(page);
    expect(second.prompt, 'the prompt stays, and ids follow it').toBe('Call me ');
    expect(second.follow).toEqual([104, 7]);
    expect(second.ticket).not.toBe(first.ticket);
    expect(second.options.length).toBe(198);
    await stream(page, [' swam']);
    await expect(page.getByTestId('playground-text')).toHaveText('Call me the whale swam');
    const focused = page.locator('.token:focus');
    await expect(focused, 'the focus is on the token that was chosen').toHaveText('whale');
    await expect(focused, 'as surprising as the model has it, like the sampled ones').toHaveAttribute(
      'aria-label',
      'whale, 3.5 bits',
    );
    await page.keyboard.press('ArrowRight');
    await expect(focused).toHaveText(' swam');
  });

  test('shows what else a token might have been beside it, until it is left', async ({ page }) => {
    await stream(page, ['the ', 'old ', 'ship']);
    const list = page.getByTestId('alternatives');
    await expect(list).toBeHidden();
    await page.locator('.token').nth(2).hover();
    await expect(list).toBeVisible();
    const group = page.getByRole('group', { name: 'What else it might have been' });
    const [token, popup] = await Promise.all([page.locator('.token').nth(2).boundingBox(), group.boundingBox()]);
    expect(popup!.x).toBeLessThanOrEqual(token!.x + 1);
    expect(popup!.x + popup!.width).toBeGreaterThan(token!.x);
    const gap = popup!.y > token!.y ? popup!.y - token!.y - token!.height : token!.y - popup!.y - popup!.height;
    expect(gap).toBeLessThan(10);
    await page.mouse.move(5, 5);
    await expect(list).toBeHidden();
    await page.locator('.token').first().focus();
    await expect(list).toBeVisible();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Escape');
    await expect(page.locator('.token:focus')).toHaveText('the ');
    await page.keyboard.press('Escape');
    await expect(list).toBeHidden();
  });

  test('is read aloud once, at the end, and names the weights that wrote', async ({ page }) => {
    const announcement = page.getByTestId('playground-announcement');
    await stream(page, ['the ', 'old ']);
    await expect(page.getByTestId('playground-summary')).toContainText('2 tokens');
    await expect(announcement).toHaveText('');
    await expect(page.getByTestId('playground-summary')).not.toHaveAttribute('role', 'status');
    await page.evaluate(() => {
      const { id } = fakeHost.posted.filter((message) => message.type === 'request').at(-1)!;
      fakeHost.deliver({
        type: 'response',
        id,
        answer: { ok: { tokens: [], cancelled: false, step: 1200, notes: [] } },
      });
    });
    await expect(announcement).toContainText('2 tokens, 0.85 bits of surprise each, weights of step 1,200.');
  });

  test('is read aloud after Stop as after an end, and its text stays as it stood', async ({ page }) => {
    const announcement = page.getByTestId('playground-announcement');
    const text = page.getByTestId('playground-text');
    await stream(page, ['the ', 'old ']);
    await page.getByTestId('playground').getByRole('button', { name: 'Stop' }).click();
    await expect(page.getByTestId('playground').getByRole('button', { name: 'Stop' })).toBeHidden();
    const [{ ticket }] = await requests(page);
    await stream(page, ['late ']);
    await page.evaluate((asked) => {
      const sent = fakeHost.posted.filter(({ type }) => type === 'request');
      const cancelled = sent.find(({ method }) => method === 'cancel')?.argument as { ticket: number };
      if (cancelled.ticket !== asked) throw new Error('Another request was cancelled.');
      const { id } = sent.find(({ method }) => method === 'continue')!;
      const tokens = ['the ', 'old ', 'late '].map((word) => ({ text: word, ids: [1], bits: 1, alternatives: [] }));
      fakeHost.deliver({ type: 'response', id, answer: { ok: { tokens, cancelled: true, step: 1200, notes: [] } } });
    }, ticket);
    await expect(announcement).toContainText('2 tokens, 0.85 bits of surprise each, weights of step 1,200.');
    await expect(text).toHaveText('Call me the old');
    await expect
      .poll(() => page.evaluate(() => (fakeHost.state as { playground?: { step?: number } }).playground?.step))
      .toBe(1200);
  });

  test('says nothing of a stopped request once another run is in front', async ({ page }) => {
    await stream(page, ['the ', 'old ']);
    await page.getByTestId('playground').getByRole('button', { name: 'Stop' }).click();
    await page.evaluate(() => {
      const { stretch, summary } = fakeHost.make;
      const run = summary('running', 400, 400, { id: 'run-9' });
      const histories = [{ run: run.id, history: stretch(400, 400) }];
      fakeHost.deliver({ type: 'snapshot', current: run.id, runs: [run], histories });
      const { id } = fakeHost.posted.find(({ method }) => method === 'continue')!;
      fakeHost.deliver({
        type: 'response',
        id,
        answer: { ok: { tokens: [], cancelled: true, step: 1200, notes: [] } },
      });
    });
    await page.waitForTimeout(300);
    await expect(page.getByTestId('playground-summary')).toHaveText('');
    await expect(page.getByTestId('playground-announcement')).toHaveText('');
  });

  test('says what the tints mean, and marks every one of them in high contrast', async ({ page }) => {
    await expect(page.locator('.tint-key')).toHaveText('Bits of surprise: 0–0.50.5–11–22–44–66+');
    await page.evaluate(() => {
      document.body.className = 'vscode-high-contrast';
    });
    const marks = await page
      .locator('.tint-step')
      .evaluateAll((steps) =>
        steps
          .map((step) => getComputedStyle(step))
          .map((style) => `${style.borderBottomWidth} ${style.borderBottomStyle}`),
      );
    expect(new Set(marks).size).toBe(6);
  });

  test('ignores what comes late for an older request', async ({ page }) => {
    await stream(page, ['old']);
    const { ticket } = (await requests(page))[0];
    await page.getByTestId('playground-generate').click();
    await expect.poll(() => requests(page)).toHaveLength(2);
    await page.evaluate(
      (id) =>
        fakeHost.deliver({
          type: 'tokens',
          ticket: id,
          tokens: [{ text: 'late', ids: [1], bits: 1, alternatives: [] }],
        }),
      ticket,
    );
    await stream(page, ['new']);
    await expect(page.getByTestId('playground-text')).toHaveText('Call me new');
  });

  test('says what is wrong with a field, and asks nothing', async ({ page }) => {
    await page.getByTestId('playground-topP').locator('input').fill('7');
    await page.getByTestId('playground-generate').click();
    await expect(page.getByTestId('playground-error')).toHaveText('Top-p: “7” must be a number from 0.01 to 1.');
    expect(await requests(page)).toHaveLength(1);
  });

  test('shows the host’s error as it is', async ({ page }) => {
    await page.evaluate(() => {
      const { id } = fakeHost.posted.filter((message) => message.type === 'request').at(-1)!;
      fakeHost.deliver({
        type: 'response',
        id,
        answer: { err: { message: 'This run has no weights yet; wait for its first checkpoint.', user: true } },
      });
    });
    await expect(page.getByTestId('playground-error')).toHaveText(
      'This run has no weights yet; wait for its first checkpoint.',
    );
  });

  test('leaves everything as it stands when the token that stands there is chosen', async ({ page }) => {
    await stream(page, ['the ', 'old ', 'ship']);
    await page.locator('.token').nth(1).focus();
    await page.getByTestId('alternatives').locator('[aria-current]').click();
    await expect(page.locator('.token:focus')).toHaveText('old ');
    await expect(page.getByTestId('playground-text')).toHaveText('Call me the old ship');
    expect(await requests(page)).toHaveLength(1);
  });

  test('goes back to the text before, branch by branch', async ({ page }) => {
    const back = page.getByTestId('playground-back');
    const text = page.getByTestId('playground-text');
    await expect(back).toBeHidden();
    await stream(page, ['the ', 'old ', 'ship']);
    await page.locator('.token').nth(1).focus();
    await page.getByTestId('alternatives').getByRole('button', { name: 'whale' }).click();
    await stream(page, [' swam']);
    await page.locator('.token').nth(2).focus();
    await page.getByTestId('alternatives').getByRole('button', { name: 'whale' }).click();
    await stream(page, ['s']);
    await expect(text).toHaveText('Call me the whalewhales');
    await back.click();
    await expect(text).toHaveText('Call me the whale swam');
    await back.click();
    await expect(text).toHaveText('Call me the old ship');
    await expect(back).toBeHidden();
    await expect(page.getByTestId('playground-summary')).toContainText('3 tokens');
    await page.locator('.token').nth(2).focus();
    await expect(page.getByTestId('alternatives').getByRole('button')).toHaveCount(3);
  });

  test('is as it was when its run is in front again', async ({ page }) => {
    await stream(page, ['the ', 'old ', 'ship']);
    const front = (id: string, name: string) =>
      page.evaluate(
        ([run, sort]) => {
          const { stretch, summary } = fakeHost.make;
          const runs = [summary('running', 400, 400, { id: run }), summary('running', 400, 400, { id: sort })];
          fakeHost.deliver({ type: 'snapshot', current: run, runs, histories: [{ run, history: stretch(400, 400) }] });
        },
        [id, name] as const,
      );
    await front('run-9', 'run-1');
    await expect(page.getByTestId('playground-text')).toBeHidden();
    await page.getByTestId('playground-prompt').locator('textarea').fill('Another ');
    await front('run-1', 'run-9');
    await expect(page.getByTestId('playground-prompt').locator('textarea')).toHaveValue('Call me ');
    await expect(page.getByTestId('playground-text')).toHaveText('Call me the old ship');
    await front('run-9', 'run-1');
    await expect(page.getByTestId('playground-prompt').locator('textarea')).toHaveValue('Another ');
  });

  test('shows pieces of characters as marks apart from the text, and goes on from their ids', async ({ page }) => {
    const { ticket } = (await requests(page)).at(-1)!;
    await page.evaluate((id) => {
      const e2 = { text: '', piece: 'E2', ids: [226], bits: 1 };
      const choices = [
        { ...e2, probability: 0.5 },
        { text: '', piece: 'D1', ids: [209], bits: 2, probability: 0.25 },
        { text: '<E2>', ids: [300], bits: 2, probability: 0.25 },
      ];
      const euro = { text: '€', ids: [172], bits: 0.5 };
      const tokens = [
        { ...e2, alternatives: choices },
        { text: '', piece: '82', ids: [130], bits: 1, alternatives: [] },
        { ...euro, alternatives: [{ ...euro, probability: 0.7 }] },
      ];
      fakeHost.deliver({ type: 'tokens', ticket: id, tokens });
    }, ticket);
    await expect(page.getByTestId('playground-text')).toHaveText('Call me €');
    await page.locator('.token').nth(2).hover();
    const group = page.getByRole('group', { name: 'What else it might have been' });
    await expect(group).toContainText('Token 3: “€”, 0.50 bits at temperature 1. Its character begins with ⟨E2⟩ ⟨82⟩.');
    await group.getByRole('button', { name: '⟨E2⟩' }).click();
    await expect(page.locator('.token:focus')).toHaveAttribute('aria-label', '⟨E2⟩ of a character, 1.0 bits');
    const list = page.getByTestId('alternatives').getByRole('button');
    await expect(list.nth(0).locator('.piece')).toHaveText('⟨E2⟩');
    await expect(list.nth(2).locator('.piece'), 'letters that look like it are letters').toHaveCount(0);
    await list.nth(1).click();
    await expect.poll(() => requests(page)).toHaveLength(2);
    expect((await requests(page))[1]).toMatchObject({ prompt: 'Call me ', follow: [209] });
    await expect(page.getByTestId('playground-text')).toHaveText('Call me');
  });

  test('says which percentages and which bits', async ({ page }) => {
    await page.getByTestId('playground-topK').locator('input').fill('5');
    await page.getByTestId('playground-generate').click();
    await expect.poll(() => requests(page)).toHaveLength(2);
    await stream(page, ['the ']);
    await page.locator('.token').first().hover();
    const group = page.getByRole('group', { name: 'What else it might have been' });
    await expect(group).toContainText('0.00 bits at temperature 1');
    await expect(group).toContainText('percentages are at temperature 0.8, top-k 5.');
  });

  test('says quietly what is to be known of the prompt, and what gave way to what was typed', async ({ page }) => {
    await page.evaluate(() => {
      fakeHost.answers.continue = () => ({
        tokens: [],
        text: '',
        cancelled: false,
        step: 3,
        notes: ['The model has never seen 日本語; they are read as <unk>.'],
      });
    });
    await page.getByTestId('playground-generate').click();
    const notes = page.getByTestId('playground-notes');
    await expect(notes).toHaveText('The model has never seen 日本語; they are read as <unk>.');
    await page.evaluate(() => {
      const { stretch, summary } = fakeHost.make;
      const run = summary('running', 400, 400, { id: 'run-7' });
      const generation = { ...run.configuration.generation, topK: 5, length: 5000 };
      const configuration = { ...run.configuration, generation };
      const histories = [{ run: run.id, history: stretch(400, 400) }];
      fakeHost.deliver({ type: 'snapshot', current: run.id, runs: [{ ...run, configuration }], histories });
    });
    await page.getByTestId('playground-beams').locator('input').fill('4');
    await page.getByTestId('playground-generate').click();
    await expect(notes).toContainText('Top-k 5 of the run gives way to beams, which search and do not sample.');
    await expect(page.getByTestId('playground-topK').locator('input')).toHaveValue('0');
    expect((await requests(page)).at(-1)).toMatchObject({ options: { beams: 4, topK: 0, length: 2000 } });
  });

  test('branches in a text of any length', async ({ page }) => {
    const words = Array.from({ length: 4000 }, (_, index) => `word${index} `);
    await stream(page, words);
    // What scrolls under a pointer is looked at, too.
    await page.mouse.move(0, 0);
    await page.locator('.token').nth(3990).focus();
    await page.getByTestId('alternatives').getByRole('button', { name: 'whale' }).click();
    await expect.poll(() => requests(page)).toHaveLength(2);
    const [, second] = await requests(page);
    expect(second.prompt).toBe('Call me ');
    expect(second.follow).toHaveLength(3991);
    await expect(page.getByTestId('playground-error')).toHaveText('');
  });
});

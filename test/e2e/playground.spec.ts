import { expect, test } from './fixtures';

test.use({
  startFiles: { 'other.txt': 'Another text.' },
  startSettings: {
    'recurrent.text.limit': 50_000,
    'recurrent.model.hidden': 16,
    'recurrent.training.batch': 8,
    'recurrent.training.steps': 16,
    'recurrent.training.epochs': 10_000,
    'recurrent.training.evaluateEvery': 50,
  },
});

test('the playground writes with the newest weights, branches, and is still there after a switch of tabs and a reload', async ({
  lab,
}) => {
  test.slow();
  const { panel } = lab;
  const { playground } = panel;
  await lab.train('moby-dick.txt');
  await expect.poll(() => panel.read('validation'), { timeout: 120_000 }).toBeGreaterThan(1);

  await test.step('tokens stream in while the training goes on, until they are stopped', async () => {
    await playground.prompt.fill('The whale ');
    await playground.option('length').fill('50000');
    await playground.button('Generate').click();
    await expect.poll(() => playground.tokens.count(), { timeout: 60_000 }).toBeGreaterThan(5);
    const before = await playground.tokens.count();
    await expect.poll(() => playground.tokens.count(), { timeout: 60_000 }).toBeGreaterThan(before);
    await playground.button('Stop').click();
    await expect(playground.button('Stop')).toBeHidden();
    expect(await playground.tokens.count()).toBeLessThan(50_000);
    await panel.button('Stop').first().click();
    await expect(panel).toBeIn('Stopped');
  });

  await test.step('a token shows the distribution that it was drawn from', async () => {
    await playground.option('length').fill('60');
    await playground.option('temperature').fill('0.7');
    await playground.button('Generate').click();
    await expect(playground.tokens).toHaveCount(60, { timeout: 60_000 });
    await expect(playground.summary).toContainText(/60 tokens, .* weights of step [\d,]+/);
    await playground.tokens.nth(5).focus();
    await expect(playground.alternatives).toHaveCount(8);
  });

  await test.step('another choice branches from there', async () => {
    const kept = await playground.tokens.evaluateAll((all) => all.slice(0, 5).map(({ textContent }) => textContent));
    const other = playground.alternatives.and(lab.panel.document.locator(':not([aria-current])')).first();
    const choice = await other.locator('.choice').textContent();
    await other.click();
    await expect(playground.tokens).toHaveCount(60, { timeout: 60_000 });
    const after = await playground.tokens.evaluateAll((all) => all.slice(0, 5).map(({ textContent }) => textContent));
    expect(after).toEqual(kept);
    const chosen = await playground.tokens.nth(5).getAttribute('aria-label');
    expect(chosen?.startsWith(`${choice}, `)).toBe(true);
  });

  const text = await playground.text.textContent();
  /** That everything stands where it stood. */
  const expectKept = async () => {
    await expect(panel).toBeIn('Stopped');
    await expect(playground.text).toHaveText(text ?? '', { useInnerText: false });
    await expect(playground.prompt).toHaveValue('The whale ');
    await expect(playground.option('temperature')).toHaveValue('0.7');
    await expect(playground.option('length')).toHaveValue('60');
    await playground.tokens.nth(5).focus();
    await expect(playground.alternatives).toHaveCount(8);
  };
  // What stands there is kept a moment after it changed.
  await lab.page.waitForTimeout(2000);

  await test.step('it is still there after a switch to another tab and back', async () => {
    await panel.focus();
    await lab.open('other.txt');
    await expect(playground.text).toBeHidden();
    await panel.focus();
    await expectKept();
  });

  await test.step('and after the window was loaded again', async () => {
    await lab.page.reload();
    await lab.ready();
    await panel.focus();
    await expectKept();
  });
});

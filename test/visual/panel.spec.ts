import { expect, test } from '@playwright/test';
import { open, play } from './open';
import { chart, pixels, plot, posted, readStep } from './page';

test.describe('the panel', () => {
  test.beforeEach(async ({ page }) => {
    await open(page, 'panel', 'dark');
  });

  test('says ready once, and offers the first run', async ({ page }) => {
    await play(page, 'panel', 'no-run');
    expect(await posted(page, 'ready')).toHaveLength(1);
    await page.getByRole('button', { name: 'Train on the Sample Text' }).click();
    await page.getByRole('button', { name: 'Train on the Active File' }).click();
    expect((await posted(page, 'train')).map(({ on }) => on)).toEqual(['sample', 'file']);
  });

  test('is empty once the last run is deleted', async ({ page }) => {
    await play(page, 'panel', 'running');
    await play(page, 'panel', 'no-run');
    await expect(page.getByTestId('empty-state')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Pause', exact: true })).toBeHidden();
    await expect(page.getByTestId('playground')).toBeHidden();
    await play(page, 'panel', 'running');
    await expect(chart(page, 'perplexity')).toHaveAttribute('data-points', '6412');
  });

  test('adds a delta to what it has', async ({ page }) => {
    await play(page, 'panel', 'running');
    await expect(chart(page, 'perplexity')).toHaveAttribute('data-points', '6412');
    const before = await page.getByTestId('clip-event-count').textContent();
    const continuations = await page.getByTestId('continuation').count();
    await page.evaluate(() => {
      const { stretch, summary } = fakeHost.make;
      fakeHost.deliver({
        type: 'delta',
        summary: summary('running', 7000, 9730),
        stretch: stretch(7000, 9730, { from: 6412 }),
      });
    });
    await expect(chart(page, 'perplexity')).toHaveAttribute('data-points', '7000');
    await expect(page.getByTestId('metric-step')).toHaveText('7,000');
    await expect(page.getByTestId('clip-event-count')).not.toHaveText(before ?? '');
    expect(await page.getByTestId('continuation').count()).toBeGreaterThan(continuations);
  });

  test('says that it evaluates, while no step comes', async ({ page }) => {
    await play(page, 'panel', 'running');
    const state = page.getByTestId('run-state');
    for (const [evaluating, said] of [
      [true, 'Evaluating'],
      [false, 'Training'],
    ] as const) {
      await page.evaluate((now) => {
        const { stretch, summary } = fakeHost.make;
        const run = { ...summary('running', 6412, 9730), evaluating: now };
        fakeHost.deliver({ type: 'delta', summary: run, stretch: stretch(6412, 9730, { from: 6412 }) });
      }, evaluating);
      await expect(state).toHaveText(said);
      await expect(page.getByRole('progressbar')).toHaveAttribute('aria-valuetext', `${said}, 66%`);
    }
  });

  test('says where the diagnosis stands that nothing is measured, if nothing is held out', async ({ page }) => {
    const diagnosis = 'Validation is not measured: nothing of the text is held out.';
    await page.evaluate((said) => {
      const { stretch, summary } = fakeHost.make;
      const run = summary('running', 600, 9730);
      const unmeasured = { ...run, prepared: { ...run.prepared!, validationTokens: 0, diagnosis: said } };
      const history = { ...stretch(600, 9730), evaluations: [] };
      fakeHost.deliver({
        type: 'snapshot',
        current: run.id,
        runs: [unmeasured],
        histories: [{ run: run.id, history }],
      });
    }, diagnosis);
    await expect(page.locator('.diagnosis')).toHaveText(diagnosis);
  });

  test('controls the run', async ({ page }) => {
    await play(page, 'panel', 'running');
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByRole('button', { name: 'Save Checkpoint' }).click();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    for (const type of ['pause', 'checkpoint', 'stop']) {
      expect(await posted(page, type)).toEqual([{ type, run: 'run-1' }]);
    }
    const rate = page.getByTestId('adjust-lr').locator('input');
    await rate.fill('fast');
    await rate.press('Enter');
    await expect(page.getByRole('alert').first()).toContainText('Base learning rate: “fast” must be a number');
    expect(await posted(page, 'adjust')).toEqual([]);
    await rate.fill('0.0005');
    await rate.press('Enter');
    await expect.poll(() => posted(page, 'adjust')).toEqual([{ type: 'adjust', run: 'run-1', lr: 0.0005 }]);
    await page.getByRole('button', { name: 'Run Again With…', exact: true }).click();
    expect(await posted(page, 'again')).toEqual([{ type: 'again', run: 'run-1' }]);
  });

  test('calls the learning rate the base of its schedule, if there is one, and follows what others change', async ({
    page,
  }) => {
    const show = (schedule: string, lr: number) =>
      page.evaluate(
        ([name, rate]) => {
          const { stretch, summary } = fakeHost.make;
          const { configuration } = summary('running', 500, 1000);
          const training = { ...configuration.training, schedule: name as 'cosine', warmup: 0, lr: Number(rate) };
          const run = summary('running', 500, 1000, { configuration: { ...configuration, training } });
          const histories = [{ run: run.id, history: stretch(500, 1000) }];
          fakeHost.deliver({ type: 'snapshot', current: run.id, runs: [run], histories });
        },
        [schedule, lr] as const,
      );
    const field = page.getByTestId('adjust-lr');
    await show('cosine', 0.002);
    await expect(field.locator('.full-label')).toHaveText('Base learning rate');
    await expect(field.locator('input')).toHaveValue('0.002');
    await show('constant', 0.001);
    await expect(field.locator('.full-label')).toHaveText('Learning rate');
    await expect(field.locator('input')).toHaveValue('0.001');
  });

  for (const [message, offered] of [
    ['text.txt is empty: open a text with at least two distinct characters.', false],
    ['text.txt needs about 30 GB of memory: lower model.hidden or training.batch.', true],
  ] as const) {
    test(`${offered ? 'offers' : 'does not offer'} the settings where a run failed with “${message}”`, async ({
      page,
    }) => {
      await page.evaluate((said) => {
        const { stretch, summary } = fakeHost.make;
        const run = summary('failed', 0, 1000, { message: said, source: 'text.txt', prepared: undefined });
        const histories = [{ run: run.id, history: stretch(0, 1000) }];
        fakeHost.deliver({ type: 'snapshot', current: run.id, runs: [run], histories });
      }, message);
      await expect(page.getByTestId('banner')).toContainText(message);
      await expect(page.getByTestId('banner').getByText('Open settings')).toBeVisible({
        visible: offered,
      });
    });
  }

  for (const state of ['stopped', 'failed'] as const) {
    test(`lets a ${state} run go on from its checkpoint, or run again with other settings`, async ({ page }) => {
      const show = (hasCheckpoint: boolean) =>
        page.evaluate(
          ([ended, kept]) => {
            const { stretch, summary } = fakeHost.make;
            const run = summary(ended as 'stopped', 500, 1000, { hasCheckpoint: Boolean(kept) });
            const histories = [{ run: run.id, history: stretch(500, 1000) }];
            fakeHost.deliver({ type: 'snapshot', current: run.id, runs: [run], histories });
          },
          [state, hasCheckpoint] as const,
        );
      const resume = page.getByRole('button', { name: 'Resume', exact: true });
      await show(false);
      await expect(page.getByRole('button', { name: 'Run Again With…', exact: true })).toBeVisible();
      await expect(resume).toBeHidden();
      await show(true);
      await resume.click();
      await page.getByRole('button', { name: 'Run Again With…', exact: true }).click();
      expect(await posted(page, 'resume')).toEqual([{ type: 'resume', run: 'run-1' }]);
      expect(await posted(page, 'again')).toEqual([{ type: 'again', run: 'run-1' }]);
    });
  }

  test('offers a run that diverged both remedies, whole and above the chart, and not to diverge again', async ({
    page,
  }) => {
    for (const width of [300, 520, 1100]) {
      await page.setViewportSize({ width, height: 768 });
      await page.evaluate(() => {
        const { stretch, summary } = fakeHost.make;
        const run = summary('diverged', 500, 1000, { remedies: ['clip', 'slow'], message: 'The loss grew too large.' });
        const histories = [{ run: run.id, history: stretch(500, 1000, { diverges: true }) }];
        fakeHost.deliver({ type: 'snapshot', current: run.id, runs: [run], histories });
      });
      await expect(page.getByRole('button', { name: 'Resume', exact: true })).toBeHidden();
      const chart = (await page.getByTestId('perplexity-chart').boundingBox())!;
      for (const name of ['Go back and clip by norm', 'Go back and lower the learning rate']) {
        const button = page.getByRole('button', { name, exact: true });
        const box = (await button.boundingBox())!;
        expect(box.y + box.height).toBeLessThan(chart.y);
        expect(box.x + box.width).toBeLessThanOrEqual(width);
        expect(await button.evaluate((node) => node.scrollWidth - node.clientWidth)).toBeLessThanOrEqual(0);
        await button.click();
      }
    }
    const remedies = (await posted(page, 'mend')).map(({ remedy }) => remedy);
    expect(remedies).toEqual(['clip', 'slow', 'clip', 'slow', 'clip', 'slow']);
  });

  test('lists clip events and jumps to one', async ({ page }) => {
    await play(page, 'panel', 'running');
    const list = page.getByTestId('clip-list');
    await list.locator('summary').click();
    const events = await page.evaluate(
      () => [...fakeHost.make.stretch(6412, 9730).columns.clipScale].filter((scale) => scale < 1).length,
    );
    expect(Number(await chart(page, 'gradient').getAttribute('data-clip-events'))).toBe(events);
    await expect(list.locator('tbody tr')).toHaveCount(200);
    const jump = list.locator('tbody tr').nth(20).getByRole('button');
    const step = Number((await jump.textContent())?.replaceAll(',', ''));
    await jump.click();
    await expect.poll(() => readStep(page)).toBe(step);
    await expect(page.getByTestId('readout')).toContainText('(clipped)');
    expect(await list.locator('tbody tr').count()).toBeLessThan(60);
  });

  test('lists marks and jumps to one', async ({ page }) => {
    await play(page, 'panel', 'running');
    const list = page.getByTestId('mark-list');
    await list.locator('summary').click();
    await expect(list.locator('tbody tr')).toHaveText([
      /^5,352Checkpoint saved$/,
      /^2,919Learning rate 0.004 → 0.002$/,
    ]);
    await list.getByRole('button', { name: 'Show step 2,919 on the charts' }).click();
    await expect.poll(() => readStep(page)).toBe(2919);
    await expect(page.getByTestId('readout')).toContainText('Learning rate 0.004 → 0.002');
  });

  test('goes back through continuations by the scrubber', async ({ page }) => {
    await play(page, 'panel', 'running');
    const text = page.getByTestId('continuation-text');
    await expect(text).toContainText('quarter-deck');
    const scrubber = page.getByTestId('scrubber');
    await scrubber.focus();
    await page.keyboard.press('Home');
    await expect(text).toContainText('tnaai');
    const steps = await page.evaluate(() => fakeHost.make.stretch(6412, 9730).continuations.map(({ step }) => step));
    const valueText = (index: number) => `Step ${steps[index].toLocaleString('en-US')}`;
    await expect(scrubber).toHaveAttribute('aria-valuetext', valueText(0));
    await page.keyboard.press('ArrowRight');
    await expect(scrubber).toHaveAttribute('aria-valuetext', valueText(1));
    // Equal ratios of steps take equal ways: half of the way is the geometric mean.
    const box = (await scrubber.boundingBox())!;
    await scrubber.click({ position: { x: box.width / 2, y: box.height / 2 } });
    const mean = Math.sqrt(steps[0] * steps.at(-1)!);
    const near = (step: number) => Math.abs(Math.log(step / mean));
    const nearest = steps.reduce((best, step) => (near(step) < near(best) ? step : best));
    await expect(scrubber).toHaveAttribute('aria-valuetext', valueText(steps.indexOf(nearest)));
    expect(await page.evaluate(() => (fakeHost.state as { continuation: number }).continuation)).toBe(nearest);
    await expect(page.locator('.scrubber-ticks')).toHaveText('step 2431,0006,075');
    await page.getByRole('button', { name: 'Latest' }).click();
    await expect(text).toContainText('quarter-deck');
  });

  test('compares runs when asked', async ({ page }) => {
    await play(page, 'panel', 'comparing');
    await page.getByText('Compare (2)').click();
    await page.getByRole('checkbox', { name: /RNN-512/ }).click();
    expect(await posted(page, 'show')).toEqual([{ type: 'show', run: 'run-1', compare: ['run-2'] }]);
  });

  test('takes up where it stood when it is made again, as by a move to another window', async ({ page }) => {
    await play(page, 'panel', 'comparing');
    await page.getByRole('group', { name: 'Charts' }).getByText('Epoch', { exact: true }).click();
    await page.getByTestId('smoothing').focus();
    await page.keyboard.press('End');
    await chart(page, 'perplexity').getByRole('button', { name: 'Baselines' }).click();
    await plot(page, 'perplexity').focus();
    await page.keyboard.press('+');
    await page.keyboard.press('+');
    await page.getByTestId('playground-prompt').locator('textarea').fill('The whale ');
    await page.getByTestId('playground-temperature').locator('input').fill('0.3');
    await page.getByTestId('playground-seed').locator('input').fill('41');
    await page.getByTestId('playground-generate').click();
    await page.evaluate(() => {
      const { argument, id } = fakeHost.posted.findLast(({ type }) => type === 'request') as unknown as {
        id: number;
        argument: { ticket: number };
      };
      const alternatives = [{ text: 'swam', ids: [7], probability: 0.5, bits: 1.25 }];
      const tokens = Array.from({ length: 1100 }, (_, i) => ({ text: `${i} `, ids: [i], bits: 1, alternatives }));
      fakeHost.deliver({ type: 'tokens', ticket: argument.ticket, tokens });
      const ok = { tokens, text: '', cancelled: false, step: 1200, notes: [] };
      fakeHost.deliver({ type: 'response', id, answer: { ok } });
    });
    await page.getByTestId('scrubber').focus();
    await page.keyboard.press('Home');
    await page.evaluate(() => scrollTo(0, 200));
    await page.waitForTimeout(1500);
    await plot(page, 'speed').focus();
    const before = await Promise.all([pixels(chart(page, 'perplexity')), pixels(chart(page, 'gradient'))]);
    // The focus may have scrolled the page a little further.
    const at = await page.evaluate(() => Math.round(scrollY));
    expect(at).toBeGreaterThan(50);
    await expect.poll(() => page.evaluate(() => fakeHost.state)).toMatchObject({ scroll: at });
    const state = await page.evaluate(() => fakeHost.state);
    expect(state).toMatchObject({
      run: 'run-1',
      compare: ['run-2', 'run-3'],
      xAxis: 'epoch',
      playground: { prompt: 'The whale ' },
    });

    await page.addInitScript((kept) => {
      fakeHost.state = kept;
    }, state);
    await page.reload();
    await play(page, 'panel', 'comparing');
    await expect(page.getByTestId('reset-zoom')).toBeVisible();
    await expect(page.getByTestId('smoothing')).toHaveAttribute('aria-valuetext', '1,000 steps');
    await expect(page.getByTestId('playground-prompt').locator('textarea')).toHaveValue('The whale ');
    await expect(page.getByTestId('playground-temperature').locator('input')).toHaveValue('0.3');
    await expect(page.getByTestId('playground-seed').locator('input')).toHaveValue('41');
    await expect(page.getByTestId('playground-text')).toContainText(/^The whale 0 1 2 .* 1098 1099 $/);
    await expect(page.locator('.token')).toHaveCount(1000);
    await expect(page.getByTestId('playground-summary')).toContainText('weights of step 1,200');
    await page.locator('.token').first().hover();
    await expect(page.getByTestId('alternatives').getByRole('button')).toHaveText(/swam/);
    await expect(page.getByTestId('continuation-text')).toContainText('tnaai');
    expect(await page.evaluate(() => Math.round(scrollY))).toBe(at);
    await expect(chart(page, 'perplexity').getByRole('button', { name: 'Baselines' })).toHaveAttribute(
      'aria-pressed',
      'false',
    );
    await expect
      .poll(() => Promise.all([pixels(chart(page, 'perplexity')), pixels(chart(page, 'gradient'))]))
      .toEqual(before);

    // Another run starts with everything shown, and with a prompt of its own.
    await play(page, 'panel', 'running');
    await page.evaluate(() => {
      const { stretch, summary } = fakeHost.make;
      const run = summary('finished', 400, 400, { id: 'run-9' });
      const histories = [{ run: run.id, history: stretch(400, 400) }];
      fakeHost.deliver({ type: 'snapshot', current: run.id, runs: [run], histories });
    });
    await expect(page.getByTestId('reset-zoom')).toBeHidden();
    await expect(page.getByTestId('playground-prompt').locator('textarea')).not.toHaveValue('The whale ');
  });

  test('takes a snapshot again without doubling anything', async ({ page }) => {
    await play(page, 'panel', 'running');
    await play(page, 'panel', 'running');
    await expect(chart(page, 'perplexity')).toHaveAttribute('data-points', '6412');
    expect(await page.getByTestId('continuation').count()).toBe(13);
  });

  test('redraws in the colours of another theme', async ({ page }) => {
    await play(page, 'panel', 'running');
    const before = await pixels(chart(page, 'perplexity'));
    await page.evaluate(() => {
      document.documentElement.style.setProperty('--vscode-charts-blue', '#00ff00');
      document.body.className = 'vscode-light';
    });
    await expect.poll(() => pixels(chart(page, 'perplexity'))).not.toBe(before);
  });

  for (const [width, height] of [
    [300, 700],
    [640, 900],
    [3840, 2160],
  ]) {
    test(`fits ${width} pixels`, async ({ page }) => {
      await page.setViewportSize({ width, height });
      await play(page, 'panel', 'comparing');
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      await page.screenshot({ path: `out/gallery/panel-width-${width}.png`, fullPage: width < 3000 });
      expect(overflow).toBeLessThanOrEqual(0);
    });
  }

  test('opens a history of 200,000 steps in half a second', async ({ page }) => {
    const took = await page.evaluate(async () => {
      const { stretch, summary } = fakeHost.make;
      const history = stretch(200_000, 200_000);
      const run = summary('running', 200_000, 200_000);
      const times: number[] = [];
      for (let i = 0; i < 5; i++) {
        const start = performance.now();
        fakeHost.deliver({ type: 'snapshot', current: run.id, runs: [run], histories: [{ run: run.id, history }] });
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        times.push(performance.now() - start);
      }
      // The quickest of five: other work on the machine only ever adds.
      return Math.min(...times);
    });
    expect(took).toBeLessThan(500);
    await expect(chart(page, 'perplexity')).toHaveAttribute('data-points', '200000');
  });
});

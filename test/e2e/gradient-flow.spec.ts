import { expect, test } from './fixtures';

test.use({
  startSettings: {
    'recurrent.text.limit': 50_000,
    'recurrent.text.normalize': 'lowercase',
    'recurrent.model.cell': 'rnn',
    'recurrent.model.activation': 'identity',
    'recurrent.model.hidden': 48,
    'recurrent.training.lr': 0.003,
    'recurrent.training.maxSteps': 200,
    'recurrent.training.evaluateEvery': 50,
    'recurrent.completion.enabled': false,
    'editor.wordWrap': 'on',
    'editor.occurrencesHighlight': 'off',
  },
});

test('the gradient of a token is seen to fade: in the panel by lag, in the text by tint', async ({ lab }) => {
  const { panel } = lab;
  await lab.train('moby-dick.txt');
  await expect(panel).toBeIn('Finished');

  await test.step('the panel draws the norms by lag, and a linear RNN’s exact powers over them', async () => {
    const { curve } = panel;
    await curve.scrollIntoViewIfNeeded();
    const points = Number(await curve.getAttribute('data-points'));
    expect(points).toBeGreaterThan(20);
    await expect(curve).toHaveAttribute('data-exact-points', String(points));
    await expect(panel.spectralRadius).toHaveText(/^Spectral radius of W_hh \d.*\.$/);
    await lab.screenshot('gradient-flow-panel');
  });

  await test.step('the text before the cursor is tinted, and a hover tells the norm', async () => {
    await lab.typeAtEnd('moby-dick.txt', 'Call me Ishmael. Some years ago, never mind how long');
    await expect(lab.tints).toHaveCount(0);
    await lab.command('Recurrent: Show Gradient Flow at the Cursor');
    await expect.poll(() => lab.tints.count()).toBeGreaterThan(8);
    await expect(lab.wholeStatusBar).toContainText(/Gradient flow of “g”: a surprise of \d+\.\d\d bits/);
    const colours = await lab.tints.evaluateAll((marks) => marks.map((mark) => getComputedStyle(mark).backgroundColor));
    expect(new Set(colours).size).toBeGreaterThan(2);
    const box = (await lab.tints.nth(-3).boundingBox())!;
    await lab.page.mouse.move(box.x + 2, box.y + box.height / 2, { steps: 3 });
    await expect(lab.hover).toContainText(/lag \d+.*‖∂L\/∂h‖ = .*% of lag 0/);
    await lab.screenshot('gradient-flow-text');
  });

  await test.step('Escape takes the tint away', async () => {
    await lab.page.keyboard.press('Escape');
    await expect(lab.tints).toHaveCount(0);
    await expect(lab.wholeStatusBar).not.toContainText('Gradient flow of');
  });
});

import { join } from 'node:path';
import { root } from '../../harness/shell.mjs';
import { expect, test } from '../fixtures';
import type { Lab } from '../pages/lab';

/** Where the pictures go; another folder is for trying this out. */
const folder = process.env.RECURRENT_MEDIA ?? join(root, 'media');

/** A run of each kind learns long enough to be worth looking at. */
const steps = { 'recurrent.training.maxSteps': 2400, 'recurrent.training.evaluateEvery': 100 };

/** Refreshes the pictures of the README from the running product. */
test.use({
  viewport: { width: 1600, height: 1000 },
  startSettings: {
    ...steps,
    'recurrent.model.hidden': 128,
    'recurrent.training.lr': 0.003,
    'recurrent.training.clip': 0.5,
    'recurrent.training.continuationEvery': 200,
    'editor.fontSize': 12,
    'editor.lineNumbers': 'off',
    'editor.folding': false,
    'editor.occurrencesHighlight': 'off',
    'breadcrumbs.enabled': false,
  },
});

/** Trains on the sample text with other settings until the run is finished; the panel is maximized before. */
async function trainOther(lab: Lab, settings: Record<string, unknown>): Promise<void> {
  await lab.settings(settings);
  await lab.command('View: Toggle Maximize Editor Group');
  await lab.focusText();
  await lab.sideBar.open();
  await lab.train('moby-dick.txt');
  const words = `${String(settings['recurrent.model.cell']).toUpperCase()}-${settings['recurrent.model.hidden']}`;
  await expect(lab.panel.document.getByRole('heading', { name: words })).toBeVisible();
  await expect(lab.panel).toBeIn('Finished', 600_000);
}

/** The panel alone in the window, with nothing that hovers over it. */
async function maximizePanel(lab: Lab): Promise<void> {
  await lab.sideBar.close();
  await lab.panel.focus();
  await lab.command('View: Toggle Maximize Editor Group');
  await lab.page.mouse.move(800, 995);
}

test('pictures for the README', async ({ lab }) => {
  test.setTimeout(2_400_000);
  const { panel, page, sideBar } = lab;
  const picture = async (name: string) => {
    // Frames that are under way are drawn, and hovers are gone.
    await page.waitForTimeout(700);
    await page.screenshot({ path: join(folder, `${name}.png`) });
  };

  await test.step('the laboratory while a GRU learns', async () => {
    await sideBar.open();
    await lab.train('moby-dick.txt');
    await expect.poll(() => panel.read('step'), { timeout: 600_000 }).toBeGreaterThan(900);
    for (const theme of ['light', 'dark'] as const) {
      await lab.theme(theme);
      await lab.focusText();
      await picture(`laboratory-${theme}`);
    }
    await expect(panel).toBeIn('Finished', 600_000);
  });

  await test.step('a completion, and the side bar', async () => {
    await lab.typeAtEnd('moby-dick.txt', 'The whale ');
    await expect(lab.ghostText.first()).toBeVisible();
    await picture('completion');
    await page.keyboard.press('Escape');
    await page.locator('.part.sidebar').screenshot({ path: join(folder, 'side-bar.png') });
  });

  await test.step('the panel in all themes', async () => {
    await maximizePanel(lab);
    for (const theme of ['light', 'hc-light', 'hc-dark', 'dark'] as const) {
      await lab.theme(theme);
      await picture(`panel-${theme}`);
    }
  });

  await test.step('the playground', async () => {
    const { playground } = panel;
    await playground.prompt.fill('The whale ');
    await playground.option('length').fill('240');
    await playground.button('Generate').click();
    await expect(playground.tokens).toHaveCount(240);
    await playground.text.scrollIntoViewIfNeeded();
    await playground.tokens.nth(30).focus();
    await expect(playground.alternatives.first()).toBeVisible();
    await picture('playground');
  });

  await test.step('the gradient flow of a linear RNN', async () => {
    await trainOther(lab, {
      'recurrent.model.cell': 'rnn',
      'recurrent.model.activation': 'identity',
      'recurrent.model.hidden': 64,
      'recurrent.training.lr': 0.001,
    });
    await maximizePanel(lab);
    await expect(panel.spectralRadius).toBeVisible();
    await panel.spectralRadius.scrollIntoViewIfNeeded();
    await picture('gradient-flow');
  });

  await test.step('three runs compared', async () => {
    await trainOther(lab, {
      'recurrent.model.cell': 'lstm',
      'recurrent.model.activation': 'tanh',
      'recurrent.model.hidden': 128,
      'recurrent.training.lr': 0.003,
    });
    for (const name of ['GRU-128', 'RNN-64']) await lab.chooseFromMenu(sideBar.run(name), 'Compare With Shown Run');
    await expect(panel.document.getByTestId('run-picker').getByText('Compare (2)')).toBeVisible();
    await maximizePanel(lab);
    await picture('comparison');
  });
});

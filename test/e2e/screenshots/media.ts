import { join } from 'node:path';
import { root } from '../../harness/shell.mjs';
import { expect, test } from '../fixtures';

/** Refreshes the pictures of the README: a run that has learnt enough to be worth looking at, from the running product. */
test.use({
  viewport: { width: 1600, height: 1000 },
  startSettings: {
    'recurrent.model.hidden': 128,
    'recurrent.training.lr': 0.003,
    'recurrent.training.clip': 0.5,
    'recurrent.training.maxSteps': 700,
    'recurrent.training.evaluateEvery': 50,
    'recurrent.training.continuationEvery': 100,
    'editor.fontSize': 12,
    'editor.lineNumbers': 'off',
    'editor.folding': false,
    'editor.occurrencesHighlight': 'off',
    'breadcrumbs.enabled': false,
  },
});

test('pictures for the README', async ({ lab }) => {
  test.setTimeout(900_000);
  const picture = (name: string) => lab.page.screenshot({ path: join(root, 'media', `${name}.png`) });
  await lab.sideBar.open();
  await lab.train('moby-dick.txt');
  await expect.poll(() => lab.panel.read('step'), { timeout: 600_000 }).toBeGreaterThan(450);
  for (const theme of ['light', 'dark'] as const) {
    await lab.theme(theme);
    await lab.focusText();
    await picture(`laboratory-${theme}`);
  }
  await expect(lab.panel).toBeIn('Finished');
  await lab.typeAtEnd('moby-dick.txt', 'The whale ');
  await expect(lab.ghostText.first()).toBeVisible();
  await picture('completion');

  await lab.sideBar.close();
  await lab.panel.focus();
  await lab.command('View: Toggle Maximize Editor Group');
  for (const theme of ['light', 'dark'] as const) {
    await lab.theme(theme);
    await picture(`panel-${theme}`);
  }
});

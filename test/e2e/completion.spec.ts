import { expect, test } from './fixtures';
import type { Lab } from './pages/lab';

/** A small model that is better than the 2-gram of Moby-Dick within seconds. */
const learnt = {
  'recurrent.text.limit': 200_000,
  'recurrent.model.hidden': 64,
  'recurrent.training.batch': 16,
  'recurrent.training.steps': 24,
  'recurrent.training.lr': 0.005,
  'recurrent.training.evaluateEvery': 100,
  'recurrent.training.maxSteps': 600,
};

test.use({ startSettings: learnt, startFiles: { 'notes.txt': 'Notes\n' } });

/** What is offered in grey, as text. */
async function ghost(lab: Lab): Promise<string> {
  return (await lab.ghostText.allInnerTexts()).join('').replaceAll('\u00a0', ' ');
}

/** Opens the notes and puts the cursor into them. */
async function openNotes(lab: Lab): Promise<void> {
  await lab.open('notes.txt');
  await expect(lab.line('Notes')).toBeVisible();
  await lab.focusText();
}

/** Types on a new line at the end of the notes, key by key. */
async function note(lab: Lab, text: string): Promise<void> {
  const { keyboard } = lab.page;
  await keyboard.press('ControlOrMeta+End');
  await keyboard.press('Enter');
  await keyboard.type(text, { delay: 30 });
}

/** Waits until something is offered, and reads it. */
async function offered(lab: Lab): Promise<string> {
  await expect(lab.ghostText.first()).toBeVisible();
  return ghost(lab);
}

test('completes what is typed: Tab accepts it, and switched off it offers nothing', async ({ lab }) => {
  await lab.train('moby-dick.txt');
  await expect(lab.panel).toBeIn('Finished');
  await lab.typeAtEnd('moby-dick.txt', 'The whale was ');
  const text = (await offered(lab)).trim();
  await lab.screenshot('ghost-text');
  expect(text.length).toBeGreaterThan(0);
  await lab.page.keyboard.press('Tab');
  await expect(lab.line(`The whale was ${text}`)).toBeVisible();

  await lab.command('Recurrent: Toggle Inline Completions');
  await expect(lab.wholeStatusBar).toContainText('Inline completions are off');
  await lab.typeAtEnd('moby-dick.txt', 'The sea was ');
  await expect(lab.line('The sea was')).toBeVisible();
  await lab.page.waitForTimeout(2000);
  await expect(lab.ghostText).toHaveCount(0);

  await lab.command('Recurrent: Toggle Inline Completions');
  await expect(lab.wholeStatusBar).toContainText('Inline completions are on');
  await lab.typeAtEnd('moby-dick.txt', 'The ship was ');
  await expect(lab.ghostText.first()).toBeVisible();
});

test('keeps a completion while it is typed, and never splits or repeats what stands there', async ({ lab }) => {
  await lab.train('moby-dick.txt');
  await expect(lab.panel).toBeIn('Finished');
  await openNotes(lab);
  const { keyboard } = lab.page;

  await test.step('typed along, its rest stays; deleted again, all of it is back', async () => {
    await note(lab, 'The whale was ');
    const whole = await offered(lab);
    expect(whole.length).toBeGreaterThan(4);
    for (let typed = 1; typed <= 3; typed++) {
      await keyboard.type(whole[typed - 1]);
      await lab.page.waitForTimeout(600);
      expect(await ghost(lab)).toBe(whole.slice(typed));
    }
    for (let typed = 2; typed >= 0; typed--) {
      await keyboard.press('Backspace');
      await expect.poll(() => ghost(lab)).toBe(whole.slice(typed));
    }
  });

  await test.step('within a word of another alphabet nothing is offered', async () => {
    await note(lab, 'привет');
    for (let n = 0; n < 3; n++) await keyboard.press('ArrowLeft');
    await keyboard.type('ш');
    await keyboard.press('Backspace');
    await lab.page.waitForTimeout(2000);
    await expect(lab.ghostText).toHaveCount(0);
    await keyboard.press('End');
  });

  await test.step('a bracket that the editor closed by itself stays the only one', async () => {
    await note(lab, 'The ship (as was the ');
    await expect(lab.line('The ship (as was the )')).toBeVisible();
    const text = (await offered(lab)).trim();
    expect(text).not.toContain(')');
    await keyboard.press('Tab');
    await expect(lab.line(`The ship (as was the ${text})`)).toBeVisible();
  });
});

test.describe('a model that has learnt next to nothing', () => {
  test.use({ startSettings: { ...learnt, 'recurrent.training.maxSteps': 20, 'recurrent.training.evaluateEvery': 10 } });

  test('says nothing', async ({ lab }) => {
    await lab.train('moby-dick.txt');
    await expect(lab.panel).toBeIn('Finished');
    await openNotes(lab);
    await note(lab, 'The whale was ');
    await lab.page.waitForTimeout(2000);
    await expect(lab.ghostText).toHaveCount(0);
  });
});

import { randomBytes } from 'node:crypto';
import type { Locator } from '@playwright/test';
import { expect, test } from './fixtures';

/** One sentence that a person can act on: no stack trace, no name of a class, no empty placeholder. */
async function expectOneSentence(message: Locator, words: RegExp): Promise<void> {
  await expect(message.filter({ hasText: words }).first()).toBeVisible({ timeout: 30_000 });
  const text = await message.filter({ hasText: words }).first().textContent();
  expect(text).not.toMatch(/\bat \S+ ?\(|\.js:\d|\bTypeError|\bUserError|undefined|\{0\}|\[object/);
}

const refused: { what: string; name: string; content: string | Uint8Array; words: RegExp }[] = [
  { what: 'an empty file', name: 'empty.txt', content: '', words: /empty\.txt is empty/ },
  {
    what: 'white space',
    name: 'blank.txt',
    content: ' \n\n  \n',
    words: /blank\.txt is empty or has only white space/,
  },
  {
    what: 'one distinct character',
    name: 'same.txt',
    content: 'a'.repeat(5000),
    words: /same\.txt has one distinct character/,
  },
  {
    what: 'a binary file',
    name: 'picture.bin',
    content: Buffer.concat([Buffer.from([0, 1, 2]), randomBytes(4000)]),
    words: /picture\.bin is not text/,
  },
];

test.use({
  startSettings: { 'recurrent.model.hidden': 16, 'recurrent.training.maxSteps': 20 },
  startFiles: {
    ...Object.fromEntries(refused.map(({ name, content }) => [name, content])),
    'short.txt': 'It is not down in any map; true places never are. '.repeat(3),
  },
});

test('texts that nothing can be learnt from are refused, each in one sentence', async ({ lab }) => {
  for (const { what, name, words } of refused) {
    await test.step(what, async () => {
      await lab.trainFromExplorer(name);
      await expectOneSentence(lab.notifications, words);
      await lab.dismissNotifications();
    });
  }
});

test('a file shorter than a window is trained on with a smaller one, and that is said', async ({ lab }) => {
  await lab.train('short.txt');
  await expect(lab.panel).toBeIn('Finished');
  await expectOneSentence(lab.panel.banner, /the batch was shrunk from 32 to \d/);
});

test('an untitled, unsaved document is trained on as it stands', async ({ lab }) => {
  await lab.openUntitled('better to sleep with a sober cannibal than a drunken christian '.repeat(60));
  await lab.command('Recurrent: Train Language Model on This File');
  await expect(lab.panel).toBeIn('Finished');
  await expect(lab.panel.document.getByRole('heading', { name: /Untitled-1/ })).toBeVisible();
  await expect(lab.notifications).toHaveCount(0);
});

test('to train on nothing is refused in one sentence', async ({ lab }) => {
  await lab.command('Recurrent: Train Language Model on This File');
  await expectOneSentence(lab.notifications, /There is no text to train on/);
});

test('a setting out of its range is refused in one sentence', async ({ lab }) => {
  await lab.settings({ 'recurrent.model.hidden': -5 });
  await lab.train('moby-dick.txt');
  await expectOneSentence(lab.notifications, /hidden/);
});

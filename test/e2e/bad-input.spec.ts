import { randomBytes } from 'node:crypto';
import type { Locator } from '@playwright/test';
import { expect, test } from './fixtures';

test.use({
  startSettings: {
    'recurrent.model.hidden': 16,
    'recurrent.training.maxSteps': 20,
  },
});

/** One sentence that a person can act on: no stack trace, no name of a class, no empty placeholder. */
async function expectOneSentence(message: Locator, words: RegExp): Promise<void> {
  await expect(message.filter({ hasText: words }).first()).toBeVisible({ timeout: 30_000 });
  const text = await message.filter({ hasText: words }).first().textContent();
  expect(text).not.toMatch(/\bat \S+ ?\(|\.js:\d|\bTypeError|\bUserError|undefined|\{0\}|\[object/);
}

const refused: [string, string, string | Uint8Array, RegExp][] = [
  ['an empty file', 'empty.txt', '', /empty\.txt is empty/],
  ['a file of white space', 'blank.txt', ' \n\n  \n', /blank\.txt is empty or has only white space/],
  ['a file with one distinct character', 'same.txt', 'a'.repeat(5000), /same\.txt has one distinct character/],
  [
    'a binary file',
    'picture.bin',
    Buffer.concat([Buffer.from([0, 1, 2]), randomBytes(4000)]),
    /picture\.bin is not text/,
  ],
];

for (const [what, name, content, words] of refused) {
  test(`${what} is refused in one sentence`, async ({ lab }) => {
    lab.write(name, content);
    await lab.trainFromExplorer(name);
    await expectOneSentence(lab.notifications, words);
  });
}

test('a file shorter than a window is trained on with a smaller one, and that is said', async ({ lab }) => {
  lab.write('short.txt', 'It is not down in any map; true places never are. '.repeat(3));
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
  lab.settings({ 'recurrent.model.hidden': -5 });
  await lab.train('moby-dick.txt');
  await expectOneSentence(lab.notifications, /hidden/);
});

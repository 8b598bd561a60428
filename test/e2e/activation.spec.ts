import { readFileSync } from 'node:fs';
import { expect, test } from './fixtures';

/** The package as it is in the tree; a title may be a key of package.nls.json. */
function contributedTitles(): string[] {
  const read = (file: string) => JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'));
  const strings: Record<string, string> = read('package.nls.json');
  const manifest = read('package.json').contributes;
  const hidden = new Set<string>(
    (manifest.menus?.commandPalette ?? [])
      .filter(({ when }: { when?: string }) => when === 'false')
      .map(({ command }: { command: string }) => command),
  );
  return manifest.commands
    .filter(({ command, enablement }: { command: string; enablement?: string }) => !hidden.has(command) && !enablement)
    .map(({ category, title }: { category: string; title: string }) => {
      const words = (text: string) => text.replace(/^%(.*)%$/, (_, key: string) => strings[key]);
      return `${words(category)}: ${words(title)}`;
    });
}

test('the commands of the package are in the palette', async ({ lab }) => {
  const titles = contributedTitles();
  expect(titles).toContain('Recurrent: Train Language Model on This File');
  expect(await lab.commandsFor('Recurrent: ')).toEqual(expect.arrayContaining(titles));
});

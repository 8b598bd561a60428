// Scratch folders that a VS Code of the tests, or of `npm start`, opens.
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HarnessError, root } from './shell.mjs';

/** The sample text as it is called in a workspace. */
export const sampleName = 'moby-dick.txt';

/**
 * Makes a folder with the sample text in it.
 * @param kept a folder to use and to leave, texts edited in it included; without it, a temporary one
 * @returns the folder, the sample's path in it, and `remove()`, which deletes a temporary one
 */
export function makeWorkspace(kept) {
  const source = join(root, 'dist/samples', sampleName);
  if (!existsSync(source)) throw new HarnessError(`${source} is missing: run \`npm run build\` first.`);
  const home = kept ?? mkdtempSync(join(realpathSync(tmpdir()), 'recurrent-workspace-'));
  const folder = kept ?? join(home, 'laboratory');
  mkdirSync(folder, { recursive: true });
  const sample = join(folder, sampleName);
  if (!existsSync(sample)) cpSync(source, sample);
  return { folder, sample, remove: () => kept ?? rmSync(home, { recursive: true, force: true }) };
}

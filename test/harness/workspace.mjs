// Scratch folders that a VS Code of the tests, or of `npm start`, opens.
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HarnessError, root } from './shell.mjs';

/** The sample text as it is called in a workspace. */
export const sampleName = 'moby-dick.txt';

/** Makes a folder with the sample text in it. `remove()` deletes it. */
export function makeWorkspace() {
  const sample = join(root, 'dist/samples', sampleName);
  if (!existsSync(sample)) throw new HarnessError(`${sample} is missing: run \`npm run build\` first.`);
  const home = mkdtempSync(join(realpathSync(tmpdir()), 'recurrent-workspace-'));
  const folder = join(home, 'laboratory');
  mkdirSync(folder);
  cpSync(sample, join(folder, sampleName));
  return { folder, sample: join(folder, sampleName), remove: () => rmSync(home, { recursive: true, force: true }) };
}

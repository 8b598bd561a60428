import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { decodeText } from '../../../src/text/decode';

const root = resolve(__dirname, '../../..');
const folder = resolve(root, process.env.RECURRENT_TEXTS ?? '../shared/data');

/** A book for tests: the named one where the texts are, or else the sample that the build puts into dist. */
export function readBook(name: 'timemachine' | 'tinyshakespeare'): { text: string; isSample: boolean } {
  const file = join(folder, `${name}.txt`);
  const isSample = !existsSync(file);
  const path = isSample ? join(root, 'dist/samples/moby-dick.txt') : file;
  return { text: decodeText(readFileSync(path), path), isSample };
}

import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { TextOptions } from '../../../src/text/corpus';
import { decodeText } from '../../../src/text/decode';
import { sameText } from '../../../src/text/same-text';

/** Characters as they stand, all of them to train on; words that occur twice. */
export const asItStands: TextOptions = {
  tokenizer: 'characters',
  vocabularySize: 300,
  minFrequency: 2,
  normalize: 'none',
  limit: 0,
  validation: 0,
};

const root = resolve(__dirname, '../../..');
const folder = resolve(root, process.env.RECURRENT_TEXTS ?? '../shared/data');

/** A book for tests: the named one where the texts are, or else the sample that the build puts into dist. */
export function readBook(name: 'timemachine' | 'tinyshakespeare'): { text: string; isSample: boolean } {
  const file = join(folder, `${name}.txt`);
  const isSample = !existsSync(file);
  const path = isSample ? join(root, 'dist/samples/moby-dick.txt') : file;
  return { text: sameText(decodeText(readFileSync(path), path)), isSample };
}

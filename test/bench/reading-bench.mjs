// What it takes to read large texts: decoding, learning the vocabulary and encoding, each in a process of its own.
//   node test/bench/reading-bench.mjs [--megabytes 10] [--limit 100] [--only NAME]
// Prints the processor's seconds for each phase, which other processes do not change, and the peak of the resident memory. `--limit` ends a case after so many seconds.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import * as esbuild from 'esbuild';

const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '10' },
    limit: { type: 'string', default: '100' },
    only: { type: 'string', default: '' },
  },
});
const bytes = Number(values.megabytes) * 1e6;
const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'recurrent-reading-'));

/** The same texts every time. */
function generator(seed) {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

/** Pieces until there are enough bytes; `size` of each is known, so that nothing is counted twice. */
function fill(piece) {
  const parts = [];
  for (let used = 0; used < bytes; ) {
    const one = piece();
    parts.push(one);
    used += Buffer.byteLength(one);
  }
  return parts.join('');
}

const below = generator(7);
const ideographs = (n, from = 20_000) =>
  Array.from({ length: n }, () => String.fromCodePoint(0x4e00 + below(from))).join('');
const letters = (n, from = 26) => Array.from({ length: n }, () => String.fromCharCode(97 + below(from))).join('');

/** Words drawn as in a language, the n-th about as often as 1/n, in sentences and paragraphs. */
function chinese() {
  const words = Array.from({ length: 20_000 }, () => ideographs(1 + below(3), 3000));
  const word = () => words[Math.floor(words.length ** (below(1e6) / 1e6)) - 1];
  return fill(() => {
    const sentence = Array.from({ length: 4 + below(12) }, word).join('');
    return `${sentence}${['，', '。', '。\n'][below(3)]}`;
  });
}

const texts = {
  'Moby-Dick': () => {
    const book = readFileSync(join(root, 'dist/samples/moby-dick.txt'), 'utf8');
    return fill(() => book);
  },
  'prose-like CJK': chinese,
  'random ideographs': () => fill(() => ideographs(1000)),
  'one word of random letters': () => fill(() => letters(1000)),
  'one word of two letters': () => fill(() => letters(1000, 2)),
  'random words': () => fill(() => `${letters(3 + below(8))} `),
};

const entry = `
import { readFileSync } from 'node:fs';
import { decodeText } from '${root}/src/text/decode';
import { buildTokenizer } from '${root}/src/text/tokenizers';
const [file, tokenizer, vocabularySize] = process.argv.slice(2);
const seconds = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1e6; };
const bytes = readFileSync(file);
const start = seconds();
const text = decodeText(bytes, file);
const decoded = seconds();
let made;
try {
  made = buildTokenizer(text, { tokenizer, vocabularySize: Number(vocabularySize), minFrequency: 2 });
} catch (error) {
  if (error.name !== 'UserError') throw error;
}
const learnt = seconds();
const ids = made?.encode(text);
const encoded = seconds();
console.log(JSON.stringify({
  decoding: decoded - start,
  vocabulary: learnt - decoded,
  encoding: encoded - learnt,
  tokens: ids?.length ?? 0,
  V: made?.vocabulary.length ?? 0,
  memory: process.resourceUsage().maxRSS / 1024,
}));
`;

try {
  const bundle = join(folder, 'read.js');
  const stdin = { contents: entry, resolveDir: root, loader: 'ts' };
  await esbuild.build({
    stdin,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    outfile: bundle,
    logLevel: 'warning',
  });
  console.log('text | tokenizer | decoding s | vocabulary s | encoding s | peak MB | tokens | V');
  console.log('---|---|---|---|---|---|---|---');
  for (const [name, make] of Object.entries(texts)) {
    if (!name.includes(values.only)) continue;
    const file = join(folder, 'text.txt');
    writeFileSync(file, make());
    for (const [tokenizer, V] of [
      ['subwords', 1024],
      ['subwords', 20_000],
      ['words', 20_000],
      ['characters', 0],
    ]) {
      const timeout = 1000 * Number(values.limit);
      const { stdout, stderr, signal } = spawnSync(process.execPath, [bundle, file, tokenizer, String(V)], {
        encoding: 'utf8',
        timeout,
      });
      const called = tokenizer === 'subwords' ? `subwords ${V}` : tokenizer;
      if (!stdout) {
        console.log(
          `${name} | ${called} | ${
            signal
              ? `over ${values.limit} s`
              : stderr
                  .trim()
                  .split('\n')
                  .find((line) => /Error/.test(line))
          }`,
        );
        continue;
      }
      const { decoding, vocabulary, encoding, memory, tokens, V: learnt } = JSON.parse(stdout);
      const seconds = [decoding, vocabulary, encoding].map((some) => some.toFixed(2));
      console.log([name, called, ...seconds, Math.round(memory), tokens, learnt].join(' | '));
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

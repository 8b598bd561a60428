// Holds the lecture's claim about gates to three seeds: on lines whose last letter is told by their first, under one training, a
// GRU and an LSTM learn the last letter and a plain RNN does not, and their gradient reaches the first letter.
//   npm run fidelity:gates -- [--seeds 3]
// Prints, for each cell and seed, the best validation perplexity and, at the end, what share of the gradient of a recall's loss is left where
// the letter was read (‖∂L/∂h‖ at that lag, of that at lag 0). Fails unless every gated run is better than every plain one, and has
// more than ten times the share left.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const { values } = parseArgs({ options: { seeds: { type: 'string', default: '3' } } });
const folder = mkdtempSync(join(tmpdir(), 'recurrent-gates-'));

try {
  const module = join(folder, 'recall.mjs');
  await build({ entryPoints: [join(root, 'src/text/recall.ts')], outfile: module, format: 'esm', platform: 'node' });
  const { recallText, recallLag, recallSteps } = await import(pathToFileURL(module).href);
  const { text, remembering, forgetting } = recallText();
  const file = join(folder, 'recall.txt');
  writeFileSync(file, text);
  console.log(
    `Best perplexity with memory ${remembering.toFixed(3)}, without ${forgetting.toFixed(3)}; recall at lag ${recallLag}.`,
  );
  const common = ['--hidden', 128, '--optimizer', 'adam', '--lr', 0.01, '--steps', recallSteps];
  const cells = { rnn: [], gru: [], lstm: ['--forget-bias', 1] };
  const table = [];
  for (const [cell, own] of Object.entries(cells)) {
    for (let seed = 0; seed < Number(values.seeds); seed++) {
      const options = [...common, '--epochs', 1000, '--max-steps', 1000, '--cell', cell, ...own, '--seed', seed];
      const output = execFileSync(
        process.execPath,
        [join(root, 'dist/cli.js'), 'train', file, '--json', ...options.map(String)],
        { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] },
      );
      const events = output
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      const perplexity = Math.min(
        ...events.filter(({ event }) => event === 'evaluation').map(({ perplexity: measured }) => measured),
      );
      const [norms] = events.findLast(({ event }) => event === 'flow').norms;
      table.push({ cell, seed, perplexity, reached: norms[recallLag] / norms[0] });
    }
  }
  console.table(table);
  const plain = table.filter(({ cell }) => cell === 'rnn');
  const gated = table.filter(({ cell }) => cell !== 'rnn');
  const all = (runs, name) => runs.map((run) => run[name]);
  const claims = {
    'every gated run is better than every plain one':
      Math.max(...all(gated, 'perplexity')) < Math.min(...all(plain, 'perplexity')),
    'every gated run keeps more than ten times the share of its gradient':
      Math.min(...all(gated, 'reached')) > 10 * Math.max(...all(plain, 'reached')),
  };
  for (const [claim, holds] of Object.entries(claims)) console.log(`${holds ? 'holds' : 'FAILS'}: ${claim}`);
  process.exitCode = Object.values(claims).every(Boolean) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

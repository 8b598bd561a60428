// Reproduces the lecture's table: trains every row of rows/*.json with the command line and compares its last training
// perplexity with the printed one. The curve of each row is written as CSV.
//   npm run fidelity -- [--only NAME] [--out FOLDER] [--text FILE] [--pytorch pytorch_lm.py [--python /usr/bin/python3]]
// With --pytorch the same row is trained by the PyTorch peer too.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
/** How much worse than the printed perplexity a row may be. */
const tolerance = 0.1;

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    out: { type: 'string', default: join(root, 'out/fidelity') },
    text: { type: 'string' },
    pytorch: { type: 'string' },
    python: { type: 'string', default: '/usr/bin/python3' },
  },
});
const text = values.text ?? join(process.env.RECURRENT_TEXTS ?? join(root, '../shared/data'), 'timemachine.txt');
if (!existsSync(text)) {
  console.error(`The lecture's table is about The Time Machine, and there is no ${text}; name it with --text.`);
  process.exit(2);
}

/** Runs a command and hands every JSON line of its output to `take`. */
async function lines(command, args, take) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((done, fail) => child.once('error', fail).once('close', done));
  for await (const line of createInterface({ input: child.stdout })) take(JSON.parse(line));
  const code = await ended;
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with code ${code}`);
}

async function ours(name, row) {
  const curve = [];
  const started = performance.now();
  await lines(process.execPath, [join(root, 'dist/cli.js'), 'train', text, ...row.arguments, '--json'], (event) => {
    if (event.event === 'epoch') curve.push([event.epoch, event.step, event.perplexity]);
  });
  writeFileSync(
    join(values.out, `${name}.csv`),
    `epoch,step,perplexity\n${curve.map((line) => line.join(',')).join('\n')}\n`,
  );
  return { perplexity: curve.at(-1)?.[2] ?? Number.NaN, seconds: (performance.now() - started) / 1000 };
}

async function peer(row) {
  if (!values.pytorch || !row.peer) return undefined;
  let perplexity = Number.NaN;
  const started = performance.now();
  await lines(values.python, [values.pytorch, '--data', text, '--threads', '2', ...row.peer], (line) => {
    perplexity = line.train_perplexity;
  });
  return { perplexity, seconds: (performance.now() - started) / 1000 };
}

mkdirSync(values.out, { recursive: true });
const names = readdirSync(join(here, 'rows'))
  .map((file) => basename(file, '.json'))
  .filter((name) => !values.only || name === values.only);
if (names.length === 0) {
  console.error(`There is no row ${values.only} in ${join(here, 'rows')}.`);
  process.exit(2);
}
const table = [];
for (const name of names) {
  const row = JSON.parse(readFileSync(join(here, 'rows', `${name}.json`), 'utf8'));
  const mine = await ours(name, row);
  const theirs = await peer(row);
  const holds = mine.perplexity <= row.printed + tolerance;
  const line = {
    row: row.title,
    printed: row.printed,
    here: Number(mine.perplexity.toFixed(3)),
    seconds: Math.round(mine.seconds),
    PyTorch: theirs ? Number(theirs.perplexity.toFixed(3)) : '',
    'PyTorch s': theirs ? Math.round(theirs.seconds) : '',
    holds,
  };
  console.log(JSON.stringify(line));
  table.push(line);
}
console.table(table);
const failed = table.filter(({ holds }) => !holds).length;
console.log(`${table.length - failed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);

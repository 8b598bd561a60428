// Reproduces what others printed: trains every row of rows/*.json with the command line and compares. The rows of the
// lecture's table are about the last training perplexity; others about the best validation perplexity or nats.
// A row whose end is a matter of luck (a loss that leaps up and comes back, a best that differs by more than its margin) has
// `seeds`: it is trained with as many, from 0 on, and its number is their median. A row that has `seconds` must end within
// them, each time. The curve of each training is written as CSV.
//   npm run fidelity -- [--only NAME] [--out FOLDER] [--texts FOLDER] [--pytorch pytorch_lm.py [--python /usr/bin/python3] [--threads 2]]
// With --pytorch the same row is trained by the PyTorch peer too.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
/** How much worse than the printed number a row may be, if it does not say so itself. */
const lecture = { text: 'timemachine.txt', measure: 'training', tolerance: 0.1, seeds: 1 };

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    out: { type: 'string', default: join(root, 'out/fidelity') },
    texts: { type: 'string', default: process.env.RECURRENT_TEXTS ?? join(root, '../shared/data') },
    pytorch: { type: 'string' },
    python: { type: 'string', default: '/usr/bin/python3' },
    threads: { type: 'string', default: '2' },
  },
});
/** Runs a command and hands every JSON line of its output to `take`. */
async function lines(command, args, take) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((done, fail) => child.once('error', fail).once('close', done));
  for await (const line of createInterface({ input: child.stdout })) take(JSON.parse(line));
  const code = await ended;
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with code ${code}`);
}

/** What each kind of row looks at: the event of its curve, its number there, and the peer's. */
const measures = {
  training: {
    event: 'epoch',
    of: ({ perplexity }) => perplexity,
    theirs: (line) => line.train_perplexity,
    best: false,
  },
  validation: {
    event: 'evaluation',
    of: ({ perplexity }) => perplexity,
    theirs: (line) => line.valid_perplexity,
    best: true,
  },
  nats: { event: 'evaluation', of: ({ nats }) => nats, theirs: (line) => line.valid_nll, best: true },
};

/** The last number of a curve, or the best. */
const pick = (numbers, best) => (best ? Math.min(...numbers) : numbers.at(-1)) ?? Number.NaN;

/** The middle of an odd number of numbers. */
const median = (numbers) => numbers.toSorted((a, b) => a - b)[(numbers.length - 1) / 2];

/** Trains with every seed of a row. `train` takes a seed and gives its number and its seconds. */
async function overSeeds({ seeds }, train) {
  const results = [];
  for (let seed = 0; seed < seeds; seed++) results.push(await train(seed));
  const numbers = results.map(({ value }) => value);
  return { value: median(numbers), numbers, seconds: Math.max(...results.map(({ seconds }) => seconds)) };
}

async function ours(name, text, { measure, arguments: options }, seed) {
  const { event: wanted, of, best } = measures[measure];
  const curve = [];
  const started = performance.now();
  await lines(
    process.execPath,
    [join(root, 'dist/cli.js'), 'train', text, ...options, '--seed', `${seed}`, '--json'],
    (event) => {
      if (event.event === wanted) curve.push([event.epoch, event.step, of(event)]);
    },
  );
  const csv = ['epoch,step,value', ...curve.map((line) => line.join(','))].join('\n');
  writeFileSync(join(values.out, seed === 0 ? `${name}.csv` : `${name}-seed-${seed}.csv`), `${csv}\n`);
  return {
    value: pick(
      curve.map(([, , value]) => value),
      best,
    ),
    seconds: (performance.now() - started) / 1000,
  };
}

async function peer(text, row, seed) {
  const { theirs, best } = measures[row.measure];
  const numbers = [];
  const started = performance.now();
  const options = ['--data', text, '--threads', values.threads, '--seed', `${seed}`, ...row.peer];
  await lines(values.python, [values.pytorch, ...options], (line) => {
    numbers.push(theirs(line));
  });
  return { value: pick(numbers, best), seconds: (performance.now() - started) / 1000 };
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
  const row = { ...lecture, ...JSON.parse(readFileSync(join(here, 'rows', `${name}.json`), 'utf8')) };
  const text = join(values.texts, row.text);
  if (!existsSync(text)) {
    console.error(`The row ${name} is about ${row.text}, and there is no ${text}; name its folder with --texts.`);
    process.exit(2);
  }
  const mine = await overSeeds(row, (seed) => ours(name, text, row, seed));
  const theirs = values.pytorch && row.peer ? await overSeeds(row, (seed) => peer(text, row, seed)) : undefined;
  const holds = mine.value <= row.printed + row.tolerance && mine.seconds <= (row.seconds ?? Number.POSITIVE_INFINITY);
  const line = {
    row: row.title,
    measure: row.measure,
    printed: row.printed,
    here: Number(mine.value.toFixed(4)),
    seeds: mine.numbers.map((value) => value.toFixed(4)).join(' '),
    seconds: Math.round(mine.seconds),
    PyTorch: theirs ? Number(theirs.value.toFixed(4)) : '',
    'PyTorch s': theirs ? Math.round(theirs.seconds) : '',
    'of PyTorch': row.peerNote ?? '',
    holds,
  };
  console.log(JSON.stringify(line));
  table.push(line);
}
console.table(table);
const failed = table.filter(({ holds }) => !holds).length;
console.log(`${table.length - failed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);

// What the playground costs a training: GRU-256 trains on all threads, with and without a playground that asks for one
// continuation after another, in turns. Run: npm run bench:playground -- [--turns 10] [--seconds 3] [--json]
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { must, root } from '../harness/shell.mjs';

const { values } = parseArgs({
  options: {
    turns: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '3' },
    shares: { type: 'string', default: '0.03,1' },
    json: { type: 'boolean', default: false },
  },
});
const dist = join(root, 'dist');
const outfile = join(root, 'out/bench/configuration.mjs');
await must(process.execPath, ['esbuild.mjs']);
await build({
  absWorkingDir: root,
  entryPoints: ['src/model/configuration.ts'],
  bundle: true,
  format: 'esm',
  outfile,
  logLevel: 'warning',
});
const { parseConfiguration } = await import(outfile);
const configuration = parseConfiguration(
  {
    text: {},
    model: { cell: 'gru', hidden: 256 },
    training: { batch: 32, steps: 35, epochs: 100_000, evaluateEvery: 1_000_000, continuationEvery: 1_000_000 },
    generation: {},
  },
  'bench',
);

let steps = 0;
let weights;
let arrived = () => {};
const training = new Worker(join(dist, 'worker/training.js'), {
  workerData: { text: readFileSync(join(dist, 'samples/moby-dick.txt')), source: 'moby-dick.txt', configuration, dist },
});
training.on('message', (message) => {
  if (message.type === 'failed') throw new Error(message.message);
  for (const event of message.events) {
    if (event.event === 'step') steps = event.step;
    if (event.event === 'checkpoint') weights = event.bytes;
  }
  arrived();
});
/** Steps are told ten times a second; a turn begins and ends where they are. */
const news = () => new Promise((done) => (arrived = done));

const generation = new Worker(join(dist, 'worker/generation.js'), { workerData: { dist } });
const pending = new Map();
let tokens = 0;
let id = 0;
generation.on('message', (message) => {
  if (message.type === 'tokens') tokens += message.tokens.length;
  else pending.get(message.id)?.(message.answer);
});
const ask = (method, argument) =>
  new Promise((done, fail) => {
    id++;
    pending.set(id, (answer) =>
      'ok' in answer ? done(answer.ok) : fail(new Error(answer.err?.message ?? JSON.stringify(answer))),
    );
    generation.postMessage({ type: 'request', id, method, argument });
  });

/** Steps a second over one turn. */
async function turn(seconds, share) {
  let playing = share !== undefined;
  const player = (async () => {
    for (let seed = 0; playing; seed++) {
      const options = { ...configuration.generation, length: 200 };
      const request = {
        model: 'bench',
        prompt: 'Call me ',
        options,
        seed,
        alternatives: 8,
        ticket: 1,
        stream: true,
        share,
      };
      await ask('continue', request);
    }
  })();
  await news();
  const from = { time: performance.now(), steps, tokens };
  while (performance.now() - from.time < seconds * 1000) await news();
  const time = (performance.now() - from.time) / 1000;
  const speeds = { steps: (steps - from.steps) / time, tokens: (tokens - from.tokens) / time };
  playing = false;
  if (share !== undefined) await ask('cancel', { ticket: 1 });
  await player;
  return speeds;
}

while (steps < 100) await news();
training.postMessage({ type: 'checkpoint' });
while (!weights) await news();
await ask('load', { model: 'bench', bytes: weights });

const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const rows = [];
const seconds = Number(values.seconds);
for (const share of values.shares.split(',').map(Number)) {
  const alone = [];
  const beside = [];
  const ratios = [];
  const sampled = [];
  for (let i = 0; i < Number(values.turns); i++) {
    // Both orders in turn, so that a drift of the machine is no difference.
    const first = await turn(seconds, i % 2 ? share : undefined);
    const second = await turn(seconds, i % 2 ? undefined : share);
    const [without, withIt] = i % 2 ? [second, first] : [first, second];
    alone.push(without.steps);
    beside.push(withIt.steps);
    ratios.push(withIt.steps / without.steps);
    sampled.push(withIt.tokens);
  }
  rows.push({
    share,
    stepsPerSecond: median(alone),
    besidePlayground: median(beside),
    slowerPercent: 100 * (1 - median(ratios)),
    playgroundTokensPerSecond: median(sampled),
  });
}
await training.terminate();
await generation.terminate();
if (values.json) console.log(JSON.stringify(rows));
else
  console.table(
    rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, Number(value.toFixed(2))]))),
  );

// How long the panel takes with a million steps of history, 10,000 evaluations and
// 2,000 gradient flows: opening, a redraw of all charts, frames a second while panning,
// and memory. Run: npm run bench:webview -- [--steps 1000000] [--json]
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { build } from 'esbuild';
import { ensure } from '../harness/ensure.mjs';

const { values } = parseArgs({
  options: { steps: { type: 'string', default: '1000000' }, json: { type: 'boolean', default: false } },
});
const steps = Number(values.steps);
const out = 'out/webview-bench';
await build({
  bundle: true,
  format: 'iife',
  minify: true,
  outdir: out,
  entryNames: '[name]',
  entryPoints: ['webview/panel.ts', 'test/visual/fake-host.ts'],
  logLevel: 'warning',
});

const browser = await chromium.launch({
  executablePath: (await ensure({ chromium: true })).chromium,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 1400 } });
const origin = 'http://webview.test';
await page.route(`${origin}/**`, (route) => {
  const file = new URL(route.request().url()).pathname.slice(1);
  if (file === '')
    return route.fulfill({
      contentType: 'text/html',
      body: '<!DOCTYPE html><link rel="stylesheet" href="panel.css"><body class="vscode-dark"><div id="root"></div><script src="panel.js"></script>',
    });
  return route.fulfill({
    contentType: file.endsWith('.css') ? 'text/css' : 'text/javascript',
    body: readFileSync(join(out, file)),
  });
});
await page.addInitScript({ path: join(out, 'fake-host.js') });
await page.goto(`${origin}/`);

const client = await page.context().newCDPSession(page);
/** Bytes in use: objects, and what typed arrays and canvases hold. */
async function memory() {
  await client.send('HeapProfiler.collectGarbage');
  const { usedSize, backingStorageSize = 0 } = await client.send('Runtime.getHeapUsage');
  return usedSize + backingStorageSize;
}

const before = await memory();
const opened = await page.evaluate(async (n) => {
  const { stretch, summary } = globalThis.fakeHost.make;
  const history = stretch(n, n, { evaluations: 10_000, flows: 2_000 });
  const run = summary('running', n, n);
  const start = performance.now();
  globalThis.fakeHost.deliver({
    type: 'snapshot',
    current: run.id,
    runs: [run],
    histories: [{ run: run.id, history }],
  });
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return performance.now() - start;
}, steps);
const after = await memory();

/** Time that all charts take to draw, ms, over frames that a key asks for; and how many such frames a second come. */
const system = await browser.newBrowserCDPSession();
/** CPU seconds of all of the browser's processes so far: painting happens outside the page's own thread. */
const cpu = async () =>
  (await system.send('SystemInfo.getProcessInfo')).processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);

await client.send('Performance.enable', { timeDomain: 'threadTicks' });
/** CPU seconds of the page's own thread so far: scripts, layout, and recording what is to be painted. */
const mainThread = async () =>
  (await client.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration').value;

const measure = (key, frames) =>
  page.evaluate(
    async ([pressed, count]) => {
      const plot = document.querySelector('.chart-perplexity .plot');
      const times = [];
      const start = performance.now();
      for (let i = 0; i < count; i++) {
        const key = pressed[i % pressed.length];
        await new Promise((done) => {
          let from = 0;
          requestAnimationFrame(() => {
            from = performance.now();
          });
          plot.dispatchEvent(new KeyboardEvent('keydown', { key }));
          requestAnimationFrame(() => {
            times.push(performance.now() - from);
            done();
          });
        });
      }
      const seconds = (performance.now() - start) / 1000;
      times.sort((a, b) => a - b);
      return { median: times[Math.floor(count / 2)], worst: times.at(-1), framesPerSecond: count / seconds };
    },
    [key, frames],
  );

await measure(['0'], 10);
const all = await measure(['0'], 60);
await measure(['+'], 4);
const start = await cpu();
const mainStart = await mainThread();
const panning = await measure(['PageUp', 'PageDown'], 120);
const cpuPerFrame = ((await cpu()) - start) / 120;
const mainPerFrame = ((await mainThread()) - mainStart) / 120;
await measure(['0'], 1);

const delta = await page.evaluate(async (n) => {
  const { stretch, summary } = globalThis.fakeHost.make;
  const times = [];
  for (let i = 0; i < 20; i++) {
    const message = {
      type: 'delta',
      summary: summary('running', n + (i + 1) * 10, n),
      stretch: stretch(n + (i + 1) * 10, n, { from: n + i * 10, evaluations: 10_000, flows: 2_000 }),
    };
    const start = performance.now();
    globalThis.fakeHost.deliver(message);
    times.push(performance.now() - start);
    await new Promise((done) => setTimeout(done, 20));
  }
  return times.sort((a, b) => a - b)[10];
}, steps);
await browser.close();

const result = {
  steps,
  openMs: opened,
  redrawMs: all.median,
  redrawWorstMs: all.worst,
  framesPerSecond: panning.framesPerSecond,
  mainThreadPerFrameMs: 1000 * mainPerFrame,
  cpuPerFrameMs: 1000 * cpuPerFrame,
  deltaMs: delta,
  memoryMB: (after - before) / 2 ** 20,
  bytesPerStep: (after - before) / steps,
};
if (values.json) console.log(JSON.stringify({ panel: result }));
else {
  console.log('The panel:');
  console.table(Object.fromEntries(Object.entries(result).map(([name, value]) => [name, Number(value.toFixed(2))])));
}

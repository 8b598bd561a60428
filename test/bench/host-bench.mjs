// What a running panel costs the extension host: the share of one core that its main thread takes while GRU-256 trains and the
// panel and the side bar show it, while both are hidden, and before anything runs. Installs the package in a real VS Code; Linux only
// (it reads /proc). Run: npm run bench:host -- [--seconds 20] [--json]
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { chromiumFlags, startServer, workbenchAddress } from '../harness/code-server.mjs';
import { ensure } from '../harness/ensure.mjs';
import { must, root } from '../harness/shell.mjs';
import { makeWorkspace, sampleName } from '../harness/workspace.mjs';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '20' }, json: { type: 'boolean', default: false } },
});
const seconds = Number(values.seconds);
/** Of /proc's times; Linux tells programs a hundred ticks a second on every machine. */
const ticksPerSecond = 100;

const tools = await ensure();
await must('npm', ['run', '--loglevel=error', 'package']);
const workspace = makeWorkspace();
const server = await startServer(tools.codeServer, {
  vsix: join(root, 'recurrent.vsix'),
  settings: { 'recurrent.training.epochs': 10_000 },
});
const browser = await chromium.launch({ executablePath: tools.chromium, args: chromiumFlags });
try {
  const result = await measure(await browser.newPage({ viewport: { width: 1600, height: 1000 } }));
  if (values.json) console.log(JSON.stringify(result));
  else console.table(result);
} finally {
  await browser.close();
  await server.stop();
  workspace.remove();
}

async function measure(page) {
  await page.goto(workbenchAddress(server, workspace.folder));
  await page.locator('.monaco-workbench .part.statusbar').waitFor();
  await page.locator('.activitybar .action-label[aria-label^="Recurrent"]').click({ timeout: 60_000 });
  await page.locator('.sidebar .welcome-view').waitFor();
  const pid = extensionHost();
  // VS Code starts its own extensions first.
  await page.waitForTimeout(10_000);
  const idle = await share(pid);
  await choose(page, 'ControlOrMeta+P', sampleName, sampleName);
  await command(page, 'Recurrent: Train Language Model on This File');
  const panel = page
    .frameLocator('iframe.webview.ready[src*="extensionId=recurrent.recurrent"]:not([src*="purpose=webviewView"])')
    .frameLocator('iframe#active-frame');
  const step = panel.getByTestId('metric-step');
  const steps = async () => Number((await step.textContent()).replaceAll(',', ''));
  await panel.getByTestId('run-state').filter({ hasText: 'Training' }).waitFor();
  while (!((await steps()) > 50)) await page.waitForTimeout(200);
  await page.waitForTimeout(5000);
  const before = await steps();
  const shown = await share(pid);
  const stepsPerSecond = ((await steps()) - before) / seconds;
  console.error(`idle ${idle.toFixed(2)} %, shown ${shown.toFixed(2)} %`);
  await page.locator('.activitybar .action-label[aria-label^="Explorer"]').click();
  const tab = page.locator('.tabs-container .tab[aria-label^="Recurrent:"]');
  // Another tab in the panel's group hides it, and its page is gone: a closed panel could cost nothing anyway.
  await tab.click();
  await choose(page, 'ControlOrMeta+P', sampleName, sampleName);
  await panel.getByTestId('run-state').waitFor({ state: 'hidden' });
  await page.waitForTimeout(2000);
  const hidden = await share(pid);
  await tab.click();
  await panel.getByTestId('run-state').waitFor();
  if (!((await steps()) > before)) throw new Error('The run did not go on while its panel was hidden.');
  return { idlePercent: idle, shownPercent: shown, hiddenPercent: hidden, stepsPerSecond };
}

async function command(page, title) {
  await choose(page, 'F1', `>${title}`, title);
}

/** Opens a quick input by its keys, and chooses. It closes again when a page that has loaded takes the focus. */
async function choose(page, keys, words, title) {
  const input = page.locator('.quick-input-widget:visible .quick-input-box input');
  for (let tries = 0; ; tries++) {
    await page.keyboard.press(keys);
    try {
      await input.fill(words, { timeout: 5000 });
      break;
    } catch (error) {
      if (tries === 10) throw error;
    }
  }
  await page.locator('.quick-input-list .monaco-list-row').filter({ hasText: title }).first().click();
}

/** The id of the extension host's process: the one that says so and has our server's folder in its environment. */
function extensionHost() {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const [words, surroundings] = ['cmdline', 'environ'].map((file) => readFileSync(`/proc/${pid}/${file}`, 'utf8'));
      if (words.includes('--type=extensionHost') && surroundings.includes(server.home)) return pid;
    } catch {
      // It has ended, or is another person's.
    }
  }
  throw new Error('No extension host runs: look into the log of the server.');
}

/** CPU seconds that the process's main thread has taken. */
function cpu(pid) {
  const fields = readFileSync(`/proc/${pid}/task/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** What the main thread takes of a core over the time to measure, percent. */
async function share(pid) {
  const [start, from] = [performance.now(), cpu(pid)];
  await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
  return (100_000 * (cpu(pid) - from)) / (performance.now() - start);
}

// Runs test/integration inside a real extension host: the `run()` of dist/test/index.js, in code-server with Chromium, or,
// with --electron, in a desktop VS Code downloaded by @vscode/test-electron.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'node:util';
import { chromiumFlags, remoteUri, startServer, workbenchAddress } from './code-server.mjs';
import { root } from './shell.mjs';
import { makeWorkspace } from './workspace.mjs';

const suites = join(root, 'dist/test/index.js');
/** Tells the lines of the suites from those of the workbench. */
const mark = '[suite] ';
const limitSeconds = 420;

/**
 * Runs the suites, printing their output.
 * @param results folder for the report and the logs
 * @param host runs them: given the report's path, it resolves to a sentence if the host ended badly
 * @returns how many tests passed, failed and were skipped; a host that died counts as one failure
 */
export async function runIntegration(results, host) {
  const report = join(results, 'integration.json');
  rmSync(report, { force: true });
  const problem = await host(report);
  const counts = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : { passed: 0, failed: 0, skipped: 0 };
  if (problem && counts.failed === 0) {
    console.log(problem);
    counts.failed = 1;
  }
  return counts;
}

/** The host of a code-server, whose workbench Chromium opens. */
export const codeServerHost = (tools, results) => (report) => inCodeServer(tools, results, report);

/** The host of a desktop VS Code of a version, such as `1.100.0`; the newest stable one if absent. */
export const electronHost = (version) => (report) => inElectron(report, version);

async function inCodeServer(tools, results, report) {
  const { chromium } = await import('@playwright/test');
  const workspace = makeWorkspace();
  process.env.RECURRENT_TEST_REPORT = report;
  process.env.RECURRENT_TEST_MARK = mark;
  const server = await startServer(tools.codeServer, { driver: true, log: join(results, 'integration-server.log') });
  const browser = await chromium.launch({ executablePath: tools.chromium, args: chromiumFlags });
  const workbenchLines = [];
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const exitCode = new Promise((resolve) => page.exposeFunction('codeAutomationExit', resolve));
    await page.exposeFunction('codeAutomationLog', (_type, args) => {
      const line = format(...args);
      if (line.startsWith(mark)) console.log(line.slice(mark.length));
      else workbenchLines.push(line);
    });
    await page.goto(
      workbenchAddress(server, workspace.folder, [
        ['extensionDevelopmentPath', remoteUri(server, root)],
        ['extensionTestsPath', remoteUri(server, suites)],
        ['skipWelcome', 'true'],
      ]),
    );
    const timeout = new Promise((resolve) => setTimeout(resolve, limitSeconds * 1000, 'timeout').unref());
    const crash = new Promise((resolve) => page.on('crash', () => resolve('crash')));
    const code = await Promise.race([exitCode, timeout, crash]);
    if (code === 0) return undefined;
    writeFileSync(join(results, 'integration-workbench.log'), workbenchLines.join('\n'));
    await server.keepLogs(join(results, 'integration-logs'));
    console.log(`Logs: ${join(results, 'integration-logs')}`);
    if (code === 1) return 'The extension host ended with an error before its tests were counted.';
    return code === 'timeout'
      ? `The suites did not end within ${limitSeconds} seconds. Last lines of the workbench:\n${workbenchLines.slice(-10).join('\n')}`
      : 'The page of the workbench crashed.';
  } finally {
    await browser.close();
    await server.stop();
    workspace.remove();
  }
}

async function inElectron(report, version) {
  const { runTests } = await import('@vscode/test-electron');
  const workspace = makeWorkspace();
  try {
    await runTests({
      version,
      extensionDevelopmentPath: root,
      extensionTestsPath: suites,
      launchArgs: [workspace.folder, '--disable-extensions', '--disable-workspace-trust', '--no-sandbox'],
      extensionTestsEnv: { RECURRENT_TEST_REPORT: report },
    });
    return undefined;
  } catch (error) {
    return `The desktop VS Code did not run the suites: ${error?.message ?? error}`;
  } finally {
    workspace.remove();
  }
}

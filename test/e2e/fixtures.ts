import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test as base } from '@playwright/test';
import { type CodeServer, chromiumFlags, startServer, workbenchAddress } from '../harness/code-server.mjs';
import { makeWorkspace } from '../harness/workspace.mjs';
import { expect } from './expect';
import { Lab } from './pages/lab';

/** A path that `npm run test:e2e` passes on. */
function given(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run these tests with \`npm run test:e2e\`.`);
  return value;
}

/** What a test wants from the start, before the workbench opens. */
export interface Options {
  /** Files of the workspace besides the sample text: name → contents. */
  readonly startFiles: Record<string, string | Uint8Array>;
  readonly startSettings: Record<string, unknown>;
}

/**
 * Tests of the installed package in a real VS Code. Each has a server, a profile and a workspace with the sample text of
 * its own. When one fails, a screenshot, the server's log, VS Code's logs (output channels among them) and the
 * page's console are kept beside it and named in the output.
 */
export const test = base.extend<{ lab: Lab } & Options>({
  startSettings: [{}, { option: true }],
  startFiles: [{}, { option: true }],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright asks for a destructured first argument
  launchOptions: async ({}, use) => {
    await use({ executablePath: given('CHROMIUM'), args: chromiumFlags });
  },
  lab: async ({ page, startSettings, startFiles }, use, testInfo) => {
    const workspace = makeWorkspace();
    for (const [name, content] of Object.entries(startFiles)) writeFileSync(join(workspace.folder, name), content);
    const server = await startServer(JSON.parse(given('RECURRENT_CODE_SERVER')) as CodeServer, {
      vsix: given('RECURRENT_VSIX'),
      settings: startSettings,
    });
    const lines: string[] = [];
    page.on('console', (message) => lines.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => lines.push(`uncaught: ${error.stack ?? error.message}`));
    try {
      await page.goto(workbenchAddress(server, workspace.folder));
      const lab = new Lab(page, server.settingsFile);
      await lab.ready();
      await use(lab);
    } finally {
      if (testInfo.status !== testInfo.expectedStatus) {
        const folder = testInfo.outputPath('logs');
        await page.screenshot({ path: testInfo.outputPath('failure.png') }).catch(() => {});
        await server.keepLogs(folder);
        if (existsSync(folder)) writeFileSync(join(folder, 'console.log'), lines.join('\n'));
        console.log(`    screenshot: ${testInfo.outputPath('failure.png')}\n    logs: ${folder}`);
      }
      await page.close();
      await server.stop();
      workspace.remove();
    }
  },
});

export { expect };

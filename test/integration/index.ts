import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'node:util';
import Mocha from 'mocha';

/** How the suites went, as `test/harness/integration.mjs` reads it. */
interface Report {
  passed: number;
  failed: number;
  skipped: number;
}

/** Called by VS Code inside its extension host: runs every suite beside this file. Rejects if a test failed or none ran. */
export async function run(): Promise<void> {
  const mark = process.env.RECURRENT_TEST_MARK;
  if (mark) Mocha.reporters.Base.consoleLog = (...line) => console.log(mark + format(...line));
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, color: false, reporter: 'spec' });
  for (const file of readdirSync(__dirname)) {
    if (file.endsWith('.test.js')) mocha.addFile(join(__dirname, file));
  }
  const report: Report = { passed: 0, failed: 0, skipped: 0 };
  await new Promise<void>((resolve) => {
    mocha
      .run(() => resolve())
      .on('pass', () => report.passed++)
      .on('fail', () => report.failed++)
      .on('pending', () => report.skipped++);
  });
  const file = process.env.RECURRENT_TEST_REPORT;
  if (file) writeFileSync(file, JSON.stringify(report));
  if (report.failed > 0) throw new Error(`${report.failed} tests failed.`);
  if (report.passed === 0) throw new Error('No test ran.');
}

// `npm test`: every suite, or those named: types, lint, layers, unit, visual, integration,
// e2e, electron, screenshots.
// Options after `--` go to the tool of a single suite, for example `npm run test:unit -- perplexity`, or
// `npm run test:electron -- 1.100.0` for the oldest VS Code that is supported.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensure } from './ensure.mjs';
import { codeServerHost, electronHost, runIntegration } from './integration.mjs';
import { HarnessError, must, node, root, say } from './shell.mjs';

const results = join(root, 'test-results');
const everything = ['types', 'lint', 'layers', 'unit', 'visual', 'integration', 'e2e'];
/** Suites that need more than the packages, and what: a browser, a VS Code, the package, a build. */
const needs = {
  unit: ['build'],
  visual: ['chromium'],
  integration: ['chromium', 'codeServer', 'build'],
  electron: ['build'],
  e2e: ['chromium', 'codeServer', 'package'],
  screenshots: ['chromium', 'codeServer', 'package'],
};

const suites = {
  types: () =>
    check(
      'typescript/bin/tsc',
      ...['.', 'webview', 'test/e2e', 'test/visual'].map((project) => ['--noEmit', '-p', project]),
    ),
  lint: () => check('@biomejs/biome/bin/biome', ['check', '--error-on-warnings']),
  layers: () =>
    check('dependency-cruiser/bin/dependency-cruise.mjs', [
      '--config',
      '.dependency-cruiser.mjs',
      'src',
      'webview',
      'test',
    ]),
  unit,
  integration: (tools) => runIntegration(results, codeServerHost(tools, results)),
  electron: (_tools, [version]) => runIntegration(results, electronHost(version)),
  e2e: (tools, rest) => playwright(tools, rest, 'e2e', '--project=e2e'),
  screenshots: (tools, rest) => playwright(tools, rest, 'e2e', '--project=screenshots'),
  visual: (tools, rest) => playwright(tools, rest, 'visual'),
};

/** A check counts as one: passed if the tool exits with 0 for each of its argument lists. */
async function check(script, ...runs) {
  let failed = 0;
  for (const args of runs) if ((await tool(script, args)).code !== 0) failed = 1;
  return { passed: 1 - failed, failed, skipped: 0 };
}

function tool(script, args, options) {
  return node(join(root, 'node_modules', script), args, options);
}

async function unit(_tools, rest) {
  const report = join(results, 'unit.json');
  rmSync(report, { force: true });
  const { code } = await tool('vitest/vitest.mjs', [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...rest,
  ]);
  const { numPassedTests = 0, numFailedTests = 0, numPendingTests = 0, testResults = [] } = readReport(report);
  // A file that cannot be loaded has no tests to fail, so it counts as one.
  const broken = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
  return honest(code, { passed: numPassedTests, failed: numFailedTests + broken, skipped: numPendingTests });
}

/** Runs the Playwright tests of one of test's folders. */
async function playwright(tools, rest, folder, ...options) {
  const report = join(results, `${folder}.json`);
  rmSync(report, { force: true });
  const { code } = await tool(
    '@playwright/test/cli.js',
    ['test', '--config', `test/${folder}/playwright.config.ts`, '--reporter=list,json', ...options, ...rest],
    {
      env: {
        PLAYWRIGHT_JSON_OUTPUT_FILE: report,
        CHROMIUM: tools.chromium,
        RECURRENT_CODE_SERVER: JSON.stringify(tools.codeServer),
        RECURRENT_VSIX: join(root, 'recurrent.vsix'),
      },
    },
  );
  const { expected = 0, unexpected = 0, flaky = 0, skipped = 0 } = readReport(report).stats ?? {};
  return honest(code, { passed: expected + flaky, failed: unexpected, skipped });
}

function readReport(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
}

/** A tool that failed without a failed test (it crashed, or nothing was collected) counts as one failure. */
function honest(code, counts) {
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

async function build(wanted) {
  if (wanted('package')) {
    say('Packaging the extension …');
    await must('npm', ['run', '--loglevel=error', 'package']);
  }
  if (wanted('build')) {
    say('Building …');
    await must(process.execPath, ['esbuild.mjs', '--tests']);
  }
}

function table(rows) {
  const width = Math.max(...rows.map(({ name }) => name.length));
  const cells = (value) => String(value).padStart(8);
  console.log(`\n${'suite'.padEnd(width)}${['passed', 'failed', 'skipped', 'seconds'].map(cells).join('')}`);
  for (const { name, passed, failed, skipped, seconds } of rows) {
    console.log(`${name.padEnd(width)}${[passed, failed, skipped, seconds.toFixed(0)].map(cells).join('')}`);
  }
  const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
}

async function runSuite(name, prepare, rest) {
  const began = Date.now();
  console.log(`\n── ${name} ──`);
  let counts = { passed: 0, failed: 1, skipped: 0 };
  try {
    counts = await suites[name](await prepare, rest);
    if (counts.passed + counts.failed === 0) {
      console.log(`${name}: not a single test ran.`);
      counts.failed = 1;
    }
  } catch (error) {
    console.log(error instanceof HarnessError ? error.message : error.stack);
  }
  return { name, ...counts, seconds: (Date.now() - began) / 1000 };
}

async function runAll() {
  const asked = process.argv.slice(2).filter((word) => word in suites);
  const rest = process.argv.slice(2).filter((word) => !(word in suites) && word !== '--');
  const names = asked.length > 0 ? asked : everything;
  if (asked.length !== 1 && rest.length > 0)
    throw new HarnessError(`${rest[0]} is not a suite: ${Object.keys(suites).join(', ')}.`);
  mkdirSync(results, { recursive: true });
  const rows = [];
  const began = Date.now();
  try {
    const wanted = (need) => names.some((name) => needs[name]?.includes(need));
    const tools = await ensure({ chromium: wanted('chromium'), codeServer: wanted('codeServer') });
    await build(wanted);
    for (const name of names) rows.push(await runSuite(name, tools, rest));
  } catch (error) {
    console.log(error instanceof HarnessError ? error.message : error.stack);
    rows.push({ name: 'setup', passed: 0, failed: 1, skipped: 0, seconds: (Date.now() - began) / 1000 });
  }
  table(rows);
  process.exitCode = rows.some(({ failed }) => failed > 0) ? 1 : 0;
}

await runAll();

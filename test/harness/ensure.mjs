// Installs what is missing, once: the project's packages, a Chromium, and a VS Code that needs no desktop.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installCodeServer } from './code-server.mjs';
import { HarnessError, main, must, root, run, say, which } from './shell.mjs';

/** Where everything that the harness installs is kept. */
export const toolFolder = join(root, '.vscode-test');

/**
 * Makes the tools of the tests ready. Does nothing, in milliseconds, when they are.
 * @param wanted which of `chromium` and `codeServer` are needed besides the packages
 * @returns the Chromium's path and the code-server's paths, as far as wanted
 */
export async function ensure(wanted = { chromium: true, codeServer: true }) {
  mkdirSync(toolFolder, { recursive: true });
  const release = await lock(join(toolFolder, 'lock'));
  try {
    await ensurePackages();
    return {
      chromium: wanted.chromium ? await ensureChromium() : undefined,
      codeServer: wanted.codeServer ? await installCodeServer(join(toolFolder, 'code-server')) : undefined,
    };
  } finally {
    release();
  }
}

/** Waits for the turn of this process, so that two harnesses never install at once; returns what gives it up. */
async function lock(path) {
  for (;;) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (!alive(Number(readOr(path, '0')))) rmSync(path, { force: true });
    else await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function readOr(path, otherwise) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise;
  }
}

function alive(pid) {
  if (!pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Installs what package-lock.json asks for unless node_modules holds it already. */
async function ensurePackages() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20) throw new HarnessError(`Node ${process.version} is too old: install Node 20 or newer.`);
  if (packagesMatch()) return;
  say('Installing packages …');
  await must('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
  if (!packagesMatch()) throw new HarnessError('node_modules differs from package-lock.json after `npm ci`.');
}

/** Whether every package of the lockfile is installed in its version; npm records what it installed in a hidden lockfile. */
function packagesMatch() {
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readOr(join(root, 'node_modules/.package-lock.json'), '{}')).packages ?? {};
  return Object.entries(wanted).every(
    ([path, { version, optional, link }]) => path === '' || optional || link || installed[path]?.version === version,
  );
}

/** Finds a Chromium or installs one: Debian's package when this is root on Debian, else Playwright's download. */
async function ensureChromium() {
  const found = findChromium();
  if (found) return found;
  if (existsSync('/etc/debian_version') && process.getuid?.() === 0 && which('apt-get')) {
    say('Installing Chromium (apt-get) …');
    const apt = { quiet: true, env: { DEBIAN_FRONTEND: 'noninteractive' } };
    await run('apt-get', ['update', '-q'], apt);
    await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'], apt);
    const installed = findChromium();
    if (installed) return installed;
  }
  say('Installing Chromium (Playwright’s own) …');
  await run(process.execPath, [join(root, 'node_modules/playwright-core/cli.js'), 'install', 'chromium'], {
    quiet: true,
  });
  const downloaded = findChromium();
  if (downloaded) return downloaded;
  throw new HarnessError(
    'No Chromium found and none could be installed: install Chromium or Chrome, or set CHROMIUM_PATH to its executable.',
  );
}

function findChromium() {
  const asked = process.env.CHROMIUM_PATH;
  if (asked) {
    if (existsSync(asked)) return asked;
    throw new HarnessError(`CHROMIUM_PATH names ${asked}, which does not exist.`);
  }
  for (const program of ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']) {
    const path = which(program);
    if (path) return path;
  }
  const places = [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ];
  try {
    places.push(createRequire(join(root, 'package.json'))('playwright-core').chromium.executablePath());
  } catch {}
  return places.find((path) => existsSync(path));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  main(async () => {
    const tools = await ensure();
    say(`Chromium: ${tools.chromium}`);
    say(`VS Code: ${tools.codeServer.entry}`);
  });
}

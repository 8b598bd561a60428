// The table of speeds: builds, then runs `recurrent bench` with the peers and texts that lie beside the project, if they do.
// Options after `--` go to it, for example `npm run bench -- --only GRU-256 --json`; see `recurrent bench --help`.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const run = (...args) => spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1;
const options = process.argv.slice(2);
const beside = [
  ['--texts', process.env.RECURRENT_TEXTS ?? join(root, '../shared/data')],
  ['--pytorch', join(root, '../shared/anchors/pytorch_lm.py')],
];
const found = beside.filter(([name, path]) => existsSync(path) && !options.includes(name)).flat();
process.exitCode = run('esbuild.mjs') || run('dist/cli.js', 'bench', ...found, ...options);

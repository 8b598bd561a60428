// Compiles the kernels three times: with 128-bit SIMD, with relaxed SIMD (fused multiply-add) for engines that have it, and with
// the larger register blocks that pay where V8 widens pairs of instructions to 256 bits.
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const here = fileURLToPath(import.meta.url);
const folder = join(dirname(here), 'assembly');
const common = [
  join(folder, 'index.ts'),
  ...['--runtime', 'stub', '--noAssert', '-O3', '--importMemory', '--sharedMemory', '--noExportMemory'],
  ...[
    '--initialMemory',
    '1',
    '--maximumMemory',
    '65536',
    '--memoryBase',
    '3072',
    '--enable',
    'simd,threads,bulk-memory',
  ],
];

/** Writes simd.wasm, relaxed.wasm and wide.wasm into a folder unless they are newer than their source; throws if it does not compile. */
export async function compileKernels(output) {
  mkdirSync(output, { recursive: true });
  const sources = [here, ...readdirSync(folder).map((file) => join(folder, file))];
  const changed = Math.max(...sources.map(modified));
  for (const [name, options] of [
    ['simd', ['--use', 'WIDE=0']],
    ['relaxed', ['--use', 'WIDE=0', '--enable', 'relaxed-simd']],
    ['wide', ['--use', 'WIDE=1', '--enable', 'relaxed-simd']],
  ]) {
    const file = join(output, `${name}.wasm`);
    if (modified(file) > changed) continue;
    const { error, stderr } = await asc.main([...common, ...options, '--outFile', file]);
    if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
  }
}

/** When a file was last written, in milliseconds; 0 if it is not there. */
function modified(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

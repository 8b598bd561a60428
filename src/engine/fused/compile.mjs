// Compiles the kernels twice: with 128-bit SIMD, and with relaxed SIMD (fused multiply-add) for engines that have it.
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const source = join(dirname(fileURLToPath(import.meta.url)), 'assembly', 'index.ts');
const common = [
  source,
  ...['--runtime', 'stub', '--noAssert', '-O3', '--importMemory', '--sharedMemory', '--noExportMemory'],
  ...['--initialMemory', '1', '--maximumMemory', '65536', '--enable', 'simd,threads,bulk-memory'],
];

/** Writes simd.wasm and relaxed.wasm into a folder; throws with the compiler's messages if they do not compile. */
export async function compileKernels(folder) {
  mkdirSync(folder, { recursive: true });
  for (const [name, options] of [
    ['simd', []],
    ['relaxed', ['--enable', 'relaxed-simd']],
  ]) {
    const { error, stderr } = await asc.main([...common, ...options, '--outFile', join(folder, `${name}.wasm`)]);
    if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
  }
}

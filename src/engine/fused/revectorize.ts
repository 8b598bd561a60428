/** V8's flag for widening WebAssembly's 128-bit instructions to 256 bits. */
export const revectorize = '--experimental-wasm-revectorize';

/** Whether this process's V8 can: it does so for x64 processors alone, and an older one would complain about the flag. */
export function canRevectorize(): boolean {
  return process.arch === 'x64' && Number(process.versions.v8.split('.')[0]) >= 12;
}

/** V8's flag for widening WebAssembly's 128-bit instructions to 256 bits. */
export const revectorize = '--experimental-wasm-revectorize';

/** Whether this process's V8 knows the flag; an older one would complain on the console. */
export function canRevectorize(): boolean {
  return Number(process.versions.v8.split('.')[0]) >= 12;
}

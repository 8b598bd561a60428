import { setFlagsFromString } from 'node:v8';
import { canRevectorize, revectorize } from '../engine/fused/revectorize';
import { UserError } from '../text/user-error';

/**
 * Switches relaxed SIMD on where it is finished but still behind a flag (Node 20); call it before the fused engine is
 * created. Only for processes that are wholly ours: the flag holds for the whole process.
 */
export function allowRelaxedSimd(): void {
  if (Number(process.versions.node.split('.')[0]) < 21) setFlagsFromString('--experimental-wasm-relaxed-simd');
}

/**
 * Switches V8's widening of 128-bit to 256-bit instructions on, for this whole process.
 * @throws UserError where V8 cannot
 */
export function allowRevectorization(): void {
  if (!canRevectorize()) {
    throw new UserError(
      `--revectorize needs Node 22 or newer on an x64 processor, and this is Node ${process.versions.node} on ${process.arch}; leave it out.`,
    );
  }
  setFlagsFromString(revectorize);
}

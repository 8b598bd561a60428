import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { UserError } from '../../text/user-error';

export type Backend = 'wasm' | 'cpu';

const ready = new Map<Backend, Promise<void>>();

/**
 * Starts a tfjs backend, once for each thread.
 * @param dist absolute path of the folder that holds `tfjs/*.wasm`
 * @throws UserError naming the backend and the folder if it does not start
 */
export function startBackend(backend: Backend, dist: string): Promise<void> {
  let started = ready.get(backend);
  if (!started) {
    started = start(backend, dist);
    ready.set(backend, started);
  }
  return started;
}

async function start(backend: Backend, dist: string): Promise<void> {
  // Without production mode tfjs advises on the console to install its native binding, which is no use here.
  tf.enableProdMode();
  if (backend === 'wasm') setWasmPaths(join(dist, 'tfjs/'));
  if (!(await tf.setBackend(backend))) {
    throw new UserError(
      `The tfjs ${backend} backend did not start from ${join(dist, 'tfjs')}: its files are missing, or the system did not give it memory.`,
    );
  }
}

/** Makes a started backend the one that runs the next operations; tfjs has one at a time. */
export function useBackend(backend: Backend): void {
  if (tf.getBackend() !== backend) void tf.setBackend(backend);
}

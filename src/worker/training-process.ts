import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { FromTraining, ToTraining, TrainingRequest } from '../protocol/training';

/**
 * The training worker in a process of its own, so that a flag of V8 holds for it alone. The first message is the request;
 * every other is passed on, both ways. The process ends with its worker, and with whoever started it.
 */
process.once('message', (request: TrainingRequest) => {
  setFlagsFromString('--experimental-wasm-revectorize');
  const worker = new Worker(join(__dirname, 'training.js'), { workerData: request, name: 'recurrent training' });
  worker.on('message', (message: FromTraining) => process.send?.(message));
  worker.on('error', (error) => {
    const failed: FromTraining = { type: 'failed', message: error.message, user: false, stack: error.stack };
    process.send?.(failed);
  });
  worker.on('exit', () => process.disconnect?.());
  process.on('message', (message: ToTraining) => worker.postMessage(message));
});
process.once('disconnect', () => process.exit());

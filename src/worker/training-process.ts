import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { canRevectorize, revectorize } from '../engine/fused/revectorize';
import type { FromTraining, ToTraining, TrainingRequest } from '../protocol/training';

/** Messages on their way to whoever started this process; a large one takes a while, and leaving early would lose it. */
const underWay = new Set<Promise<void>>();

function send(message: FromTraining): void {
  const sent = new Promise<void>((resolve) => {
    if (process.send) process.send(message, undefined, undefined, () => resolve());
    else resolve();
  });
  underWay.add(sent);
  void sent.then(() => underWay.delete(sent));
}

/**
 * The training worker in a process of its own, so that a flag of V8 holds for it alone. The first message is the request, with
 * the text's length; then the text comes in parts; every other message is passed on, both ways. The process ends with its
 * worker, when all is sent, and with whoever started it.
 */
process.once('message', (request: Omit<TrainingRequest, 'text'> & { readonly length: number }) => {
  const text = new Uint8Array(new SharedArrayBuffer(request.length));
  let filled = 0;
  const take = (part: Uint8Array) => {
    text.set(part, filled);
    filled += part.length;
    if (filled < text.length) return;
    process.off('message', take);
    start({ ...request, text });
  };
  if (text.length === 0) start({ ...request, text });
  else process.on('message', take);
});

function start(request: TrainingRequest): void {
  if (canRevectorize()) setFlagsFromString(revectorize);
  const worker = new Worker(join(__dirname, 'training.js'), { workerData: request, name: 'recurrent training' });
  worker.on('message', send);
  worker.on('error', (error) => send({ type: 'failed', message: error.message, user: false, stack: error.stack }));
  worker.on('exit', async () => {
    while (underWay.size > 0) await Promise.all(underWay);
    process.disconnect?.();
  });
  process.on('message', (message: ToTraining) => worker.postMessage(message));
}

process.once('disconnect', () => process.exit());

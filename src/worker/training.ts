import { parentPort, workerData } from 'node:worker_threads';
import type { FromTraining, ToTraining, TrainingRequest } from '../protocol/training';
import { UserError } from '../text/user-error';
import { TrainingControl } from '../training/control';
import type { TrainingEvent } from '../training/events';
import { run } from '../training/run';

/** Milliseconds between two batches of events: 10 Hz. */
const batchInterval = 100;

const port = parentPort;
if (!port) throw new Error('The training worker runs only as a worker thread.');

const control = new TrainingControl();
const post = (message: FromTraining, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);

port.on('message', (message: ToTraining) => {
  switch (message.type) {
    case 'pause':
      return control.pause();
    case 'resume':
      return control.resume();
    case 'stop':
      return control.stop();
    case 'checkpoint':
      return control.checkpoint();
    case 'adjust':
      return control.adjust(message);
    default:
      throw new Error(`Unknown message ${JSON.stringify(message satisfies never)}`);
  }
});

let batch: TrainingEvent[] = [];
let sentAt = 0;

function flush(): void {
  if (batch.length === 0) return;
  const transfer = batch.flatMap((event) => (event.event === 'checkpoint' ? [event.bytes.buffer as ArrayBuffer] : []));
  post({ type: 'events', events: batch }, transfer);
  batch = [];
  sentAt = performance.now();
}

async function main(request: TrainingRequest): Promise<void> {
  const clock = {
    now: () => performance.now(),
    breathe: () => new Promise<void>((resolve) => setImmediate(resolve)),
  };
  try {
    for await (const event of run(request, control, clock)) {
      batch.push(event);
      if (event.event !== 'step' || performance.now() - sentAt >= batchInterval) flush();
    }
    flush();
  } catch (error) {
    flush();
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    post({ type: 'failed', message, user: error instanceof UserError, stack });
  }
  port?.close();
}

void main(workerData as TrainingRequest);

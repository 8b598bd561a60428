import { parentPort, workerData } from 'node:worker_threads';
import { serve } from '../engine/fused/pool';
import type { ThreadStart } from '../engine/fused/thread';

serve(workerData as ThreadStart, () => parentPort?.postMessage('ready'));

import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { createFusedEngine } from '../../src/engine/fused';
import { shapeOf, stateOf, windowOf } from './models';

// Run by threads.test.ts as a process of its own: `idle` or `hundred`, then the folder dist. Prints one JSON object.

const [what, dist] = process.argv.slice(2);
const shape = shapeOf({ hidden: 128 });

/** A line of this process's own accounts in the system, as a number. */
function status(line: string): number {
  const found = new RegExp(`^${line}:\\s+(\\d+)`, 'm').exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(found?.[1]);
}

async function engineWorks() {
  const engine = await createFusedEngine(shape, { dist, threads: 2 });
  engine.gradient(windowOf(shape, 20, 32), stateOf(shape, 32));
  return engine;
}

/** Processor time of the whole process over a second in which its engine has nothing to do. */
async function idle() {
  const engine = await engineWorks();
  await setTimeout(300);
  const start = process.cpuUsage();
  await setTimeout(1000);
  const { user, system } = process.cpuUsage(start);
  engine.dispose();
  return { milliseconds: (user + system) / 1000 };
}

/** Resident megabytes and threads after ten engines, and after a hundred more. */
async function hundred() {
  const settle = async () => {
    for (let i = 0; i < 5; i++) {
      globalThis.gc?.();
      await setTimeout(100);
    }
    return { memory: status('VmRSS') / 1024, threads: status('Threads') };
  };
  const run = async (count: number) => {
    for (let i = 0; i < count; i++) {
      (await engineWorks()).dispose();
      await setTimeout(5);
    }
    return settle();
  };
  const first = await run(10);
  const last = await run(100);
  return {
    before: first.memory,
    after: last.memory,
    threadsBefore: first.threads,
    threadsAfter: last.threads,
  };
}

const result = what === 'idle' ? idle() : hundred();
void result.then((numbers) => process.stdout.write(JSON.stringify(numbers)));

import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { fail, task, waitChange, word } from './control';
import { carryOut } from './tasks';
import { Thread, type ThreadStart } from './thread';

/**
 * The threads of one engine. The calling thread is the first of them; the others are started once and parked in between.
 */
export class Pool {
  private readonly workers: Worker[] = [];

  private constructor(readonly own: Thread) {}

  /** Starts the threads and waits until all of them are ready. */
  static async start(dist: string, start: Omit<ThreadStart, 'index'>): Promise<Pool> {
    const pool = new Pool(new Thread({ ...start, index: 0 }));
    const ready: Promise<void>[] = [];
    for (let index = 1; index < start.threads; index++) {
      const workerData: ThreadStart = { ...start, index };
      const worker = new Worker(join(dist, 'worker', 'fused-thread.js'), { workerData });
      pool.workers.push(worker);
      ready.push(
        new Promise((resolve, reject) => {
          worker.once('message', resolve);
          worker.once('error', reject);
          worker.once('exit', (code) =>
            reject(new Error(`A thread of the fused engine ended with exit code ${code}.`)),
          );
        }),
      );
    }
    try {
      await Promise.all(ready);
    } catch (error) {
      // One that starts late would wait for a command that has been given already.
      await Promise.all(pool.workers.map((worker) => worker.terminate()));
      throw error;
    }
    for (const worker of pool.workers) worker.unref();
    return pool;
  }

  /** Has all threads carry out a task, and returns when the last one is done. */
  run(kind: number): void {
    const { words } = this.own;
    if (Atomics.load(words, word.failed)) throw new Error('A thread of the fused engine failed; start the run again.');
    words[word.task] = kind;
    Atomics.add(words, word.sequence, 1);
    Atomics.notify(words, word.sequence);
    try {
      carryOut(this.own);
    } catch (error) {
      fail(words);
      throw error;
    }
  }

  /** Ends the threads. Resolves when none of them can touch the memory any more. */
  async dispose(): Promise<void> {
    const { words } = this.own;
    const ended = this.workers.map((worker) => new Promise((resolve) => worker.once('exit', resolve)));
    words[word.task] = task.exit;
    Atomics.add(words, word.sequence, 1);
    Atomics.notify(words, word.sequence);
    this.workers.length = 0;
    await Promise.all(ended);
  }
}

/** The life of a thread other than the first: parked until a command comes, until the command is to exit. */
export function serve(start: ThreadStart, ready: () => void): void {
  const thread = new Thread(start);
  const { words } = thread;
  let sequence = Atomics.load(words, word.sequence);
  ready();
  for (;;) {
    waitChange(words, word.sequence, sequence);
    sequence++;
    if (words[word.task] === task.exit) return;
    try {
      carryOut(thread);
    } catch (error) {
      fail(words);
      throw error;
    }
  }
}

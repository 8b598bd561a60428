import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

/** Milliseconds between two looks. */
const interval = 5;

/** Milliseconds that this process's main thread has run, and was ready but had no core: the latter is the machine's doing. */
function processor(): { ran: number; waited: number } {
  try {
    const [ran, waited] = readFileSync('/proc/self/schedstat', 'utf8').split(' ');
    return { ran: Number(ran) / 1e6, waited: Number(waited) / 1e6 };
  } catch {
    return { ran: 0, waited: 0 };
  }
}

/**
 * The longest time, in milliseconds, that this thread did not come back to its event loop while something was done:
 * time outside the loop's own waiting, garbage collection and waiting for a disk included. Time in which the system gave
 * the thread no core does not count, where the system tells (Linux); but what the thread ran always does.
 */
export async function longestDelay(action: () => Promise<void>): Promise<number> {
  let longest = 0;
  let then = { ...processor(), active: performance.eventLoopUtilization().active };
  const timer = setInterval(() => {
    const now = { ...processor(), active: performance.eventLoopUtilization().active };
    const ran = now.ran - then.ran;
    const active = now.active - then.active - (now.waited - then.waited);
    longest = Math.max(longest, ran, active);
    then = now;
  }, interval);
  try {
    await action();
  } finally {
    clearInterval(timer);
  }
  return longest;
}

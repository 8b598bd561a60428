import { readFileSync } from 'node:fs';

/** Milliseconds between two looks at the clock. */
const interval = 5;

/** Milliseconds that this process's main thread was ready but had no core: the machine's doing, not ours. */
function waited(): number {
  try {
    const [, nanoseconds] = readFileSync('/proc/self/schedstat', 'utf8').split(' ');
    return Number(nanoseconds) / 1e6;
  } catch {
    return 0;
  }
}

/**
 * The longest time, in milliseconds, that this thread did not come back to its event loop while something was done.
 * Everything counts, garbage collection too, but for the time in which the system gave the thread no core (where the
 * system tells; else that counts as well).
 */
export async function longestDelay(action: () => Promise<void>): Promise<number> {
  let longest = 0;
  let then = performance.now();
  let waitedThen = waited();
  const timer = setInterval(() => {
    const now = performance.now();
    const waitedNow = waited();
    longest = Math.max(longest, now - then - interval - (waitedNow - waitedThen));
    then = now;
    waitedThen = waitedNow;
  }, interval);
  try {
    await action();
  } finally {
    clearInterval(timer);
  }
  return longest;
}

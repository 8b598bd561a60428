import * as assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

/** Milliseconds between two looks. */
const interval = 5;

/** Milliseconds (zeros where the system does not tell) that this process's main thread has run, and was ready but had no core: the latter is the machine's doing. */
export function processor(): { ran: number; waited: number } {
  try {
    const [ran, waited] = readFileSync('/proc/self/schedstat', 'utf8').split(' ');
    return { ran: Number(ran) / 1e6, waited: Number(waited) / 1e6 };
  } catch {
    return { ran: 0, waited: 0 };
  }
}

/** The longest times, in milliseconds, that this thread did not come back to its event loop while something was done. */
export interface Delays {
  /** In which it ran, garbage collection included. */
  readonly ran: number;
  /** Outside the loop's own waiting, but for the time in which the system gave it no core (where the system tells: Linux). */
  readonly away: number;
  /** In which it was ready but had no core. */
  readonly waited: number;
}

/** Measures while an action goes on. */
export async function longestDelays(action: () => Promise<void>): Promise<Delays> {
  const longest = { ran: 0, away: 0, waited: 0 };
  let then = { ...processor(), active: performance.eventLoopUtilization().active };
  const timer = setInterval(() => {
    const now = { ...processor(), active: performance.eventLoopUtilization().active };
    longest.ran = Math.max(longest.ran, now.ran - then.ran);
    longest.waited = Math.max(longest.waited, now.waited - then.waited);
    longest.away = Math.max(longest.away, now.active - then.active - (now.waited - then.waited));
    then = now;
  }, interval);
  try {
    await action();
  } finally {
    clearInterval(timer);
  }
  return longest;
}

/**
 * Asserts that an action never keeps this thread from its event loop for a time. The thread must never run that long.
 * Nor may it be away that long; but on a crowded machine it waits for helper threads that get no core, so attempts in
 * which it got none itself for as long tell nothing, and it must be away too long in three that do: what our own code
 * does, it does every time.
 * @param limit milliseconds
 */
export async function assertNeverBlocked(limit: number, action: () => Promise<void>): Promise<void> {
  const away: string[] = [];
  for (let attempt = 1; attempt <= 5 && away.length < 3; attempt++) {
    const longest = await longestDelays(action);
    assert.ok(longest.ran < limit, `ran for ${longest.ran.toFixed(1)} ms`);
    if (longest.away < limit) return;
    if (longest.waited < limit) away.push(longest.away.toFixed(1));
  }
  assert.ok(away.length < 3, `away for ${away.join(', ')} ms in three attempts`);
}

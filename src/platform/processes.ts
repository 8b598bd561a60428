import { readFileSync } from 'node:fs';

/**
 * What tells a process from every other that has had or will have its id: the machine's start and the process's own, as
 * Linux tells them. Undefined where the system does not tell, or if there is no such process.
 */
export function birthOf(id: number): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${id}/stat`, 'utf8');
    // The name, second and in brackets, may hold anything; the start is the 22nd field.
    const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return `${boot} ${start}`;
  } catch {
    return undefined;
  }
}

/** Whether a process lives, and is the one that was born then; where that is not known, whether any has its id. */
export function isAlive(id: number, birth: string | undefined): boolean {
  // What is not positive means a group of processes, or all of them.
  if (!Number.isSafeInteger(id) || id <= 0) return false;
  try {
    process.kill(id, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = birthOf(id);
  return birth === undefined || now === undefined || now === birth;
}

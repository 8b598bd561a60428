import { readFileSync } from 'node:fs';
import { UserError } from '../../text/user-error';
import { pages } from './layout';

/** Pages that 32-bit addresses reach. */
const mostPages = 65536;

/** A spare memory is taken for what needs this part of it at least, or if it is no larger than `small` bytes. */
const wasted = 4;
const small = 2 ** 24;

/**
 * Memories of engines that were disposed of. Nothing frees one but the garbage collector, which does not count what they take
 * and so comes late: until it does, the next engine has them.
 */
let spares: WeakRef<WebAssembly.Memory>[] = [];

/**
 * A shared memory, all zero, that holds so many bytes at least and can grow.
 * @throws UserError if the system does not give it
 */
export function takeMemory(bytes: number): WebAssembly.Memory {
  const spare = takeSpare(bytes);
  if (spare) {
    const missing = pages(bytes) - pages(spare.buffer.byteLength);
    try {
      if (missing > 0) spare.grow(missing);
      new Uint8Array(spare.buffer).fill(0);
      return spare;
    } catch {}
  }
  try {
    return new WebAssembly.Memory({ initial: pages(bytes), maximum: mostPages, shared: true });
  } catch {
    throw refusal(bytes, addressLimit());
  }
}

/** Takes back the memory of an engine that no thread uses any more. */
export function giveBack(memory: WebAssembly.Memory): void {
  spares.push(new WeakRef(memory));
}

/** The largest spare memory that is not much too large. */
function takeSpare(bytes: number): WebAssembly.Memory | undefined {
  spares = spares.filter((spare) => spare.deref() !== undefined);
  const most = Math.max(small, wasted * bytes);
  const size = (spare: WeakRef<WebAssembly.Memory>) => spare.deref()?.buffer.byteLength ?? Number.POSITIVE_INFINITY;
  const [best] = spares.filter((spare) => size(spare) <= most).sort((a, b) => size(b) - size(a));
  spares = spares.filter((spare) => spare !== best);
  return best?.deref();
}

/** Bytes of addresses that this process may have, where the system tells of a limit. */
function addressLimit(): number | undefined {
  try {
    const found = /^Max address space +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
    return found ? Number(found[1]) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * That the system did not give a memory.
 * @param limit of addresses, if that is what was in the way: however little a memory holds, 10 GiB of them are reserved for it
 */
export function refusal(bytes: number, limit?: number): UserError {
  if (limit !== undefined) {
    return new UserError(
      `The fused engine reserves 10 GiB of addresses, of which it uses few, and this process may have ${(limit / 2 ** 30).toFixed(1)} GiB in all: raise the limit of virtual memory (ulimit -v).`,
    );
  }
  return new UserError(
    `The system did not give the fused engine the ${Math.ceil(bytes / 2 ** 20)} MiB of memory it needs: close other programs, or lower model.hidden, training.batch or training.steps.`,
  );
}

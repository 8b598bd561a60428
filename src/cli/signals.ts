/** What asks a process to end; on Windows, Ctrl-Break says SIGBREAK, and a console that closes SIGHUP. */
const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'];

/** Signals that come so soon after the first one, milliseconds, are the same: `timeout` and npm send each twice. */
const echo = 250;

/**
 * Calls `asked` once when the process is asked to end. A second signal ends it at once, as every signal does before this is
 * called and after the function that it returns was.
 */
export function onEndAsked(asked: () => void): () => void {
  // Node takes the protection of `nohup` away when it starts, and only the shell's note of it is left.
  const heard = isUnderNohup() ? signals.filter((signal) => signal !== 'SIGHUP') : signals;
  let first: number | undefined;
  const off = () => {
    for (const signal of heard) process.off(signal, hear);
  };
  const hear = (signal: NodeJS.Signals) => {
    if (first === undefined) {
      first = performance.now();
      asked();
      // Left to the system, a signal ends even a step that takes long.
      setTimeout(off, echo).unref();
    } else if (performance.now() - first > echo) {
      off();
      process.kill(process.pid, signal);
    }
  };
  for (const signal of heard) process.on(signal, hear);
  return off;
}

/** Has a process that was started under `nohup` live on when its terminal closes. */
export function honourNohup(): void {
  if (isUnderNohup()) process.on('SIGHUP', () => {});
}

const isUnderNohup = (): boolean => /(^|\/)nohup$/.test(process.env._ ?? '');

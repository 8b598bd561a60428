import { describeFileError } from '../platform/files';

type Name = 'stdout' | 'stderr';

/** How long a process that was asked to end waits for a reader to take the rest, milliseconds. */
const lastPatience = 2000;

/**
 * The lines of a command on stdout and stderr. A slow reader is waited for, so that what it has not taken does not pile up in
 * memory; a stream that breaks ends the process only if the command is of no use without it.
 */
export class Streams {
  /** The stream without which there is nothing left to do. */
  needed: Name | undefined = 'stdout';
  private readonly broken = new Set<Name>();
  private readonly waiting: Record<Name, Set<() => void>> = { stdout: new Set(), stderr: new Set() };
  private patient = true;

  constructor() {
    for (const name of ['stdout', 'stderr'] as const) {
      process[name].on('error', (error: NodeJS.ErrnoException) => this.fail(name, error));
      process[name].on('drain', () => this.wake(name));
    }
  }

  /** One line on stdout: results. Resolves when there is room for more. */
  readonly out = (line: string): Promise<void> => this.write('stdout', line);

  /** One line on stderr: for people. Resolves when there is room for more. */
  readonly say = (line: string): Promise<void> => this.write('stderr', line);

  /** Waits for no reader any longer, and at its end not much longer for the last lines. */
  hurry(): void {
    this.patient = false;
    this.wake('stdout');
    this.wake('stderr');
  }

  /** Has the process end soon even if a reader stands still. */
  end(): void {
    if (!this.patient) setTimeout(() => process.exit(), lastPatience).unref();
  }

  private async write(name: Name, line: string): Promise<void> {
    if (this.broken.has(name)) return;
    if (process[name].write(`${line}\n`) || !this.patient) return;
    await new Promise<void>((resolve) => this.waiting[name].add(resolve));
  }

  private wake(name: Name): void {
    for (const resolve of this.waiting[name]) resolve();
    this.waiting[name].clear();
  }

  private fail(name: Name, error: NodeJS.ErrnoException): void {
    if (this.broken.has(name)) return;
    this.broken.add(name);
    this.wake(name);
    // Who reads only the first lines, as `head` does, wants no more.
    const isClosed = error.code === 'EPIPE';
    const why = `Cannot write to stdout: ${describeFileError(error)}`;
    if (this.needed === name) {
      if (name === 'stdout' && !isClosed) process.stderr.write(`recurrent: ${why}.\n`);
      process.exit(isClosed ? 0 : 2);
    }
    if (name === 'stdout' && !isClosed) void this.say(`${why}. The training goes on.`);
  }
}

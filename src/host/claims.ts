import { randomBytes } from 'node:crypto';
import { link, mkdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { z } from 'zod';
import { ignoreMissing, readRegular } from '../platform/files';
import { birthOf, isAlive } from '../platform/processes';

/** What a claim's file says of who has it. */
const holderSchema = z.object({
  pid: z.int(),
  /** Tells the process from another of the same id; absent where the system does not tell. */
  birth: z.string().optional(),
  /** Process ids mean something on one machine, or in one container, only. */
  host: z.string(),
  /** Tells the windows of one process apart. */
  token: z.string(),
});

interface Holder {
  /** The file as it was read. */
  readonly text: string;
  readonly is: z.infer<typeof holderSchema> | undefined;
  /** How long ago it was last touched, milliseconds. */
  readonly age: number;
}

/** How a claim was taken: it was had already, it is newly had, or somebody else has it. */
export type Taken = 'kept' | 'taken' | 'elsewhere';

/** How often a claim that is kept is touched, milliseconds. */
const heartbeat = 10_000;
/** Where nothing better tells whether its process lives, a claim holds for so long after it was touched, milliseconds. */
const patience = 60_000;
const most = 64 * 1024;
const birth = birthOf(process.pid);
/** The claims that this process has. */
const ours = new Set<string>();

/**
 * The right to write in a run's folder, which one window of one process has at a time: a file that only one can make. It is
 * void when its process is gone, so that a crash leaves nothing that somebody would have to clear.
 */
export class Claim {
  private readonly token = randomBytes(8).toString('hex');
  private beating: NodeJS.Timeout | undefined;

  /** @param file in a folder that is made if it is missing */
  constructor(private readonly file: string) {}

  /** Takes the claim, or looks whether it is still had. @throws FileError or an error of the system if neither can be told */
  async take(): Promise<Taken> {
    for (let attempt = 0; attempt < 3; attempt++) {
      const holder = await readHolder(this.file);
      if (holder?.is?.token === this.token) return 'kept';
      if (holder && isHeld(holder)) break;
      if (holder) await this.clear(holder);
      if (await this.make()) {
        ours.add(this.token);
        this.beating ??= setInterval(() => void this.touch(), heartbeat).unref();
        return 'taken';
      }
    }
    this.forget();
    return 'elsewhere';
  }

  /** Gives the claim back, if it is had. Never throws. */
  async release(): Promise<void> {
    if (!ours.has(this.token)) return;
    this.forget();
    const holder = await readHolder(this.file).catch(() => undefined);
    if (holder?.is?.token === this.token) await rm(this.file, { force: true }).catch(() => undefined);
  }

  private forget(): void {
    ours.delete(this.token);
    clearInterval(this.beating);
    this.beating = undefined;
  }

  /** Makes the file with what it says in it, at once. @returns false if somebody else was faster */
  private async make(): Promise<boolean> {
    const text = `${JSON.stringify({ pid: process.pid, birth, host: hostname(), token: this.token })}\n`;
    await mkdir(dirname(this.file), { recursive: true });
    const own = this.aside;
    try {
      await writeFile(own, text);
      try {
        await link(own, this.file);
      } catch (error) {
        if (isThere(error)) throw error;
        // There are disks without links.
        await writeFile(this.file, text, { flag: 'wx' });
      }
      return true;
    } catch (error) {
      if (isThere(error)) return false;
      throw error;
    } finally {
      await rm(own, { force: true });
    }
  }

  /** Takes a void claim away: aside first, as meanwhile another may be there, which is put back. */
  private async clear(holder: Holder): Promise<void> {
    const { aside } = this;
    try {
      await rename(this.file, aside);
    } catch (error) {
      return ignoreMissing(error as NodeJS.ErrnoException);
    }
    const moved = await readHolder(aside);
    if (moved && moved.text !== holder.text) await link(aside, this.file).catch(() => undefined);
    await rm(aside, { force: true });
  }

  private async touch(): Promise<void> {
    const now = new Date();
    await utimes(this.file, now, now).catch(() => undefined);
  }

  /** A temporary file's name, of the form that is cleared after a crash. */
  private get aside(): string {
    return `${this.file}.${this.token}.${process.pid}.partial`;
  }
}

/** Whether somebody has a claim now. Never throws: what cannot be read is no claim. */
export async function isClaimed(file: string): Promise<boolean> {
  const holder = await readHolder(file).catch(() => undefined);
  return holder !== undefined && isHeld(holder);
}

/** Whether there is a claim, void or not. Never throws. */
export async function hasClaim(file: string): Promise<boolean> {
  return (await readHolder(file).catch(() => undefined)) !== undefined;
}

function isHeld({ is, age }: Holder): boolean {
  // After the clock was set back, a file may be of the future.
  const fresh = Math.abs(age) < patience;
  if (!is || is.host !== hostname()) return fresh;
  const known = is.birth !== undefined && birth !== undefined;
  if (is.pid === process.pid && (!known || is.birth === birth)) return ours.has(is.token);
  return isAlive(is.pid, is.birth) && (known || fresh);
}

async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    const { mtimeMs } = await stat(file);
    const text = (await readRegular(file, most)).toString();
    let is: Holder['is'];
    try {
      is = holderSchema.safeParse(JSON.parse(text)).data;
    } catch {}
    return { text, is, age: Date.now() - mtimeMs };
  } catch (error) {
    return ignoreMissing(error as NodeJS.ErrnoException);
  }
}

function isThere(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EEXIST';
}

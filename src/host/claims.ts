import { randomBytes } from 'node:crypto';
import { link, mkdir, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { readRegular } from '../platform/files';
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
  readonly number: number;
  /** Whether it was given back. */
  readonly free: boolean;
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
/** Attempts to take a claim while others do. */
const attempts = 5;
/** Bytes of a claim's file, at most. */
const most = 64 * 1024;
/** What a claim's file holds once it was given back. */
const free = 'free';
const birth = birthOf(process.pid);
/** The claims that this process has. */
const ours = new Set<string>();

/**
 * The right to write in a run's folder, which one window of one process has at a time. Claims are files with numbers, and the
 * highest is the one that counts. It holds until it is given back or its process is gone, and then whoever makes the next number
 * has it, which only one can: so a crash leaves nothing that somebody would have to clear, and two that come upon it at once do not
 * both get it. The highest is never removed, as its number might be made again by one who looked before.
 */
export class Claim {
  private readonly token = randomBytes(8).toString('hex');
  private beating: NodeJS.Timeout | undefined;
  private number = 0;

  /** @param folder is made if it is missing */
  constructor(private readonly folder: string) {}

  /** Takes the claim, or looks whether it is still had. @throws FileError or an error of the system if neither can be told */
  async take(): Promise<Taken> {
    await mkdir(this.folder, { recursive: true });
    for (let attempt = 0; attempt < attempts; attempt++) {
      const holder = await newestHolder(this.folder);
      if (holder?.is?.token === this.token) return 'kept';
      if (holder && isHeld(holder)) break;
      const number = (holder?.number ?? 0) + 1;
      // Before the file is there: other windows of this process look here whether it means anything.
      ours.add(this.token);
      if (!(await this.make(number))) continue;
      const numbers = await numbersIn(this.folder);
      if (Math.max(...numbers) > number) {
        await this.remove(number);
        continue;
      }
      for (const older of numbers) if (older < number) await this.remove(older);
      this.number = number;
      this.beating ??= setInterval(() => void this.touch(), heartbeat).unref();
      return 'taken';
    }
    this.forget();
    return 'elsewhere';
  }

  /** Gives the claim back, if it is had. Never throws. */
  async release(): Promise<void> {
    if (!ours.has(this.token)) return;
    this.forget();
    try {
      const holder = await newestHolder(this.folder);
      if (holder?.is?.token === this.token) await writeFile(fileOf(this.folder, holder.number), free, { flag: 'r+' });
    } catch {}
  }

  private forget(): void {
    ours.delete(this.token);
    clearInterval(this.beating);
    this.beating = undefined;
  }

  /** Makes the file of a number with what it says in it, at once. @returns false if somebody else was faster */
  private async make(number: number): Promise<boolean> {
    const text = `${JSON.stringify({ pid: process.pid, birth, host: hostname(), token: this.token })}\n`;
    const file = fileOf(this.folder, number);
    // A temporary file's name, of the form that is cleared after a crash.
    const own = join(this.folder, `${this.token}.${process.pid}.partial`);
    try {
      await writeFile(own, text);
      try {
        await link(own, file);
      } catch (error) {
        if (isThere(error)) throw error;
        // There are disks without links.
        await writeFile(file, text, { flag: 'wx' });
      }
      return true;
    } catch (error) {
      if (isThere(error)) return false;
      throw error;
    } finally {
      await rm(own, { force: true });
    }
  }

  private async remove(number: number): Promise<void> {
    await rm(fileOf(this.folder, number), { force: true }).catch(() => undefined);
  }

  private async touch(): Promise<void> {
    const now = new Date();
    await utimes(fileOf(this.folder, this.number), now, now).catch(() => undefined);
  }
}

/** Whether somebody has the claim of a folder now. Never throws: what cannot be read is no claim. */
export async function isClaimed(folder: string): Promise<boolean> {
  const holder = await newestHolder(folder).catch(() => undefined);
  return holder !== undefined && isHeld(holder);
}

/** Whether a file's name is that of a claim, which is worth nothing to anybody else. */
export function isClaimName(name: string): boolean {
  return claimName.test(name);
}

const claimName = /^claim\.(\d{1,15})$/;

function fileOf(folder: string, number: number): string {
  return join(folder, `claim.${number}`);
}

async function numbersIn(folder: string): Promise<number[]> {
  return (await readdir(folder)).flatMap((name) => Number(claimName.exec(name)?.[1] ?? []));
}

function isHeld({ is, free, age }: Holder): boolean {
  if (free) return false;
  // After the clock was set back, a file may be of the future.
  const fresh = Math.abs(age) < patience;
  if (!is || is.host !== hostname()) return fresh;
  const known = is.birth !== undefined && birth !== undefined;
  if (is.pid === process.pid && (!known || is.birth === birth)) return ours.has(is.token);
  return isAlive(is.pid, is.birth) && (known || fresh);
}

async function newestHolder(folder: string): Promise<Holder | undefined> {
  for (let attempt = 0; ; attempt++) {
    const number = Math.max(0, ...(await numbersIn(folder)));
    if (number === 0) return undefined;
    try {
      const { mtimeMs } = await stat(fileOf(folder, number));
      const text = (await readRegular(fileOf(folder, number), most)).toString();
      return { number, free: text.startsWith(free), is: parseHolder(text), age: Date.now() - mtimeMs };
    } catch (error) {
      // Somebody has made the next one meanwhile.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempt === attempts) throw error;
    }
  }
}

function parseHolder(text: string): Holder['is'] {
  try {
    return holderSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function isThere(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EEXIST';
}

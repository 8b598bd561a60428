import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { followLinks, identityOf } from '../platform/files';
import { UserError } from '../text/user-error';
import { cannotWrite, writeBytes } from './files';
import type { OutputFile } from './outputs';

/** A file that holds one model, or shall hold it once it can be written; without a file, what it would hold. */
export class Place {
  /** Of the model that it holds or shall hold. */
  step: number | undefined;
  /** Of the model that this run has written to the file. */
  stored: number | undefined;
  private pending: Uint8Array | undefined;
  /** What stands there by this run's doing or from before it, and may be replaced. */
  private known: string | undefined;
  private isReleased = false;

  constructor(private readonly file: OutputFile | undefined) {
    this.known = file?.found;
  }

  get path(): string {
    return this.file?.path ?? '';
  }

  /** Takes a model that waits to be written; without bytes, the one that the file holds. */
  hold(step: number | undefined, bytes?: Uint8Array): void {
    this.step = step;
    this.pending = this.file && bytes;
    this.isReleased = false;
  }

  /** Holds nothing more: the file goes with the next writing. */
  release(): void {
    this.hold(undefined);
    this.isReleased = true;
  }

  /** The bytes of the model that it holds, if they can still be had. */
  bytes(): Uint8Array | undefined {
    if (this.pending || this.step === undefined || !this.file) return this.pending;
    return identityOf(this.path) === this.known ? readFileSync(this.path) : undefined;
  }

  /**
   * Looks whether the file still holds what was written there: one that was removed holds nothing.
   * @returns `taken` if another program has written there since
   */
  look(): 'taken' | undefined {
    if (!this.file || this.step === undefined || this.pending) return undefined;
    try {
      const now = identityOf(this.path);
      if (now !== undefined && now !== this.known) return 'taken';
      // Where the whole folder is gone, it may come back.
      if (now === undefined && existsSync(dirname(followLinks(this.path)))) this.step = undefined;
    } catch {}
    return undefined;
  }

  /**
   * Writes what waits to be written, or removes what is held no more.
   * @param mayRemove whether what took its place is written
   * @returns why it cannot be done, or `taken` if another program has written there since; it waits on then
   */
  write(mayRemove = true): UserError | 'taken' | undefined {
    if (!this.file) return undefined;
    try {
      const now = identityOf(this.path);
      if (this.isReleased && mayRemove) this.remove(now);
      if (!this.pending) return undefined;
      if (now !== undefined && now !== this.known) return 'taken';
      writeBytes(this.path, this.pending);
      this.known = identityOf(this.path);
      this.stored = this.step;
      this.pending = undefined;
      return undefined;
    } catch (error) {
      return error instanceof UserError ? error : cannotWrite(this.path, error);
    }
  }

  private remove(now: string | undefined): void {
    if (now !== undefined && now === this.known) rmSync(followLinks(this.path), { force: true });
    this.known = undefined;
    this.isReleased = false;
  }
}

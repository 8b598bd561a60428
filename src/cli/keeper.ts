import type { TrainingConfiguration } from '../model/configuration';
import { slower } from '../training/divergence';
import type { CheckpointEvent } from '../training/events';
import { writeBytes } from './files';

/** What a run leaves behind. */
export interface Kept {
  readonly step: number;
  /** Whether it is the model that the run went on from, which nothing measured better than. */
  readonly isResumed: boolean;
}

/**
 * Keeps the checkpoint of a run that is worth having: the best on validation, and until there is one the last good one. The
 * file is written as soon as something was learnt; the model that the run begins with only replaces it at the end.
 */
export class Keeper {
  private kept: Omit<CheckpointEvent, 'bytes'> | undefined;
  /** Of what is kept and not written yet. */
  private bytes: Uint8Array | undefined;

  /** @param target the file; without one, what would have been kept is only remembered */
  constructor(private readonly target: string | undefined) {}

  take({ bytes, ...event }: CheckpointEvent): void {
    const better = event.reason === 'best' || event.bestStep === undefined;
    if (this.kept && !better) return;
    this.kept = event;
    if (this.target) this.bytes = bytes;
    if (event.reason !== 'initial') this.write();
  }

  /**
   * Writes what is not written yet.
   * @param holdsResumed whether the file is the one that the run went on from, and may stay as it is
   */
  close(holdsResumed: boolean): Kept | undefined {
    if (!this.kept) return undefined;
    const { step, reason, bestStep } = this.kept;
    const isResumed = reason === 'initial' && bestStep !== undefined;
    if (!(isResumed && holdsResumed)) this.write();
    return { step, isResumed };
  }

  private write(): void {
    if (!this.bytes || !this.target) return;
    writeBytes(this.target, this.bytes);
    this.bytes = undefined;
  }
}

/** How a run that diverged goes on from what was kept, as a command to copy. */
export function adviceAfterDivergence(
  step: number,
  file: string,
  { lr, clipping }: Pick<TrainingConfiguration, 'lr' | 'clipping'>,
  target: string | undefined,
  encoding?: string,
): string {
  const read = encoding === undefined ? [] : [`--encoding ${encoding}`];
  const options = [`--lr ${slower(lr)}`, ...(clipping === 'norm' ? [] : ['--clipping norm']), ...read].join(' ');
  if (!target) {
    return `The last good model, of step ${step}, was not kept: name a file with --checkpoint, or begin again with ${options}.`;
  }
  const where = quote(target);
  return `${target} holds the last good model, of step ${step}. To go on from it: recurrent train ${quote(file)} --resume ${where} --checkpoint ${where} ${options}`;
}

/** An argument as a shell takes it. */
function quote(argument: string): string {
  return /^[\w./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}

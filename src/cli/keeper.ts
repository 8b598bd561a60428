import { join, parse } from 'node:path';
import { identityOf, isSameFile } from '../platform/files';
import { showPath } from '../text/quote';
import { UserError } from '../text/user-error';
import type { CheckpointEvent } from '../training/events';
import { latestBeside, type Outputs } from './outputs';
import { Place } from './place';
import type { Resumed } from './resumed';

/** What a run leaves behind. */
export interface Kept {
  /** Step of the best model, or of the newest where there is no best. */
  readonly step: number;
  /** Step of the newest model, if it is another. */
  readonly latest?: number;
  /** The files that hold them; undefined if none was asked for. */
  readonly files?: { readonly best: string; readonly latest: string };
  /** Whether nothing measured better than the model that the run went on from. */
  readonly isResumed: boolean;
  /** Whether it is the model that a new run began with, and so none that an older one is replaced by. */
  readonly isUntrained: boolean;
  /** Whether the files hold something of an earlier run instead. */
  readonly isLeft: boolean;
}

/**
 * Keeps two models of a run: the best on validation, and beside it the newest while that is another, so that a run which no
 * longer improves can be gone on with. Where there is no best, the newest takes its place. Both are written as soon as
 * something was learnt, and what cannot be written is tried again at each later save.
 */
export class Keeper {
  private best: Place;
  private latest: Place;
  private isUntrained = false;
  private isImproved = false;
  private isTroubled = false;

  /**
   * @param outputs the files; without them, what would have been kept is only remembered
   * @param resumed what the run goes on from
   * @param say tells a person a sentence
   */
  constructor(
    private readonly outputs: Outputs | undefined,
    private readonly resumed: Resumed | undefined,
    private readonly say: (line: string) => void,
  ) {
    this.best = new Place(outputs?.best);
    this.latest = new Place(outputs?.latest);
    if (!resumed) return;
    const { best, from } = resumed;
    const holds = (place: Place, path: string) => isSameFile(place.path, path);
    this.best.hold(best.step, holds(this.best, best.path) ? undefined : best.bytes);
    if (from !== best) this.latest.hold(from.step, holds(this.latest, from.path) ? undefined : from.bytes);
  }

  take({ step, reason, bestStep, bytes }: CheckpointEvent): void {
    if (reason === 'initial') {
      if (this.resumed) return;
      this.isUntrained = true;
      this.best.hold(step, bytes);
      return;
    }
    if ([this.best, this.latest].map((place) => place.look()).includes('taken')) this.moveAway();
    if (reason === 'final' && step === (this.latest.step ?? this.best.step)) return;
    this.isUntrained = false;
    if (bestStep === undefined || bestStep === step || bestStep !== this.best.step) {
      this.isImproved = true;
      this.best.hold(step, bytes);
      this.latest.release();
    } else this.latest.hold(step, bytes);
    const trouble = this.write();
    if (trouble && !this.isTroubled) {
      this.say(`${trouble.message} The training goes on, and it is tried again at each save.`);
    } else if (!trouble && this.isTroubled)
      this.say(`${showPath(this.best.path)} is written again, with step ${step}.`);
    this.isTroubled = trouble !== undefined;
  }

  /**
   * Writes what is not written yet. A new run that learnt nothing leaves a file that exists as it is.
   * @throws UserError if it cannot be written
   */
  close(): Kept | undefined {
    const { step } = this.best;
    if (step === undefined) return undefined;
    const isLeft = this.isUntrained && this.outputs?.best.found !== undefined;
    const trouble = isLeft ? undefined : this.write();
    if (trouble) {
      const stored = Math.max(this.best.stored ?? -1, this.latest.stored ?? -1);
      const lost = stored < 0 ? 'nothing of this run was kept' : `what was learnt after step ${stored} is lost`;
      throw new UserError(`${trouble.message.replace(/\.$/, '')}; ${lost}.`);
    }
    return {
      step,
      latest: this.latest.step,
      files: this.outputs && { best: this.best.path, latest: this.latest.path },
      isResumed: this.resumed !== undefined && !this.isImproved,
      isUntrained: this.isUntrained,
      isLeft,
    };
  }

  /** Tries both files; what could not be written waits on. Returns why, of the first. */
  private write(): UserError | undefined {
    const best = this.best.write();
    const latest = this.latest.write(best === undefined);
    if (best === 'taken' || latest === 'taken') {
      this.moveAway();
      return this.write();
    }
    return best ?? latest;
  }

  /** Goes on in files of other names, if another program has written to these: what stands there is its. */
  private moveAway(): void {
    const { path } = this.best;
    const [best, latest] = [this.best.bytes(), this.latest.bytes()];
    const steps = [this.best.step, this.latest.step];
    const free = freeBeside(path);
    this.best = new Place({ path: free, found: undefined });
    this.latest = new Place({ path: latestBeside(free), found: undefined });
    if (best) this.best.hold(steps[0], best);
    if (latest) (best ? this.latest : this.best).hold(steps[1], latest);
    this.say(
      `Another program has written to ${showPath(path)} since this run began, so it is left as it is, and the run is kept in ${showPath(free)}.`,
    );
  }
}

/** The first name made from this one that nothing has yet, and no newest model beside it. */
function freeBeside(path: string): string {
  const { dir, name, ext } = parse(path);
  for (let count = 2; ; count++) {
    const free = join(dir, `${name}-${count}${ext}`);
    if ([free, latestBeside(free)].every((one) => identityOf(one) === undefined)) return free;
  }
}

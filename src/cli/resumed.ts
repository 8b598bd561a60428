import { type Checkpoint, readCheckpoint } from '../model/checkpoint';
import { identityOf } from '../platform/files';
import { showPath } from '../text/quote';
import { UserError } from '../text/user-error';
import { readBytes } from './files';
import { bestBeside, latestBeside, type Outputs } from './outputs';

/** One stored model of a run. */
export interface StoredModel {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly checkpoint: Checkpoint;
  readonly step: number;
}

/** What a run goes on from. */
export interface Resumed {
  /** Where the run goes on: the newest of the models there are. */
  readonly from: StoredModel;
  /** The best model of that run, which may be older; the same as `from` if there is no other. */
  readonly best: StoredModel;
}

function read(path: string): StoredModel {
  const bytes = readBytes(path);
  const checkpoint = readCheckpoint(bytes, showPath(path));
  return { path, bytes, checkpoint, step: checkpoint.resume?.progress.step ?? 0 };
}

/**
 * Reads what `--resume` names. A run that no longer improves leaves its best model and its newest one side by side: whichever
 * of them is named, it goes on from the newest.
 * @throws UserError if a file cannot be read or is no model
 */
export function readResumed(path: string): Resumed {
  const named = read(path);
  const best = bestBeside(path);
  if (best && identityOf(best) !== undefined) {
    const other = read(best);
    if (followed(other, named)) return { from: named, best: other };
  }
  const latest = latestBeside(path);
  if (!best && identityOf(latest) !== undefined) {
    const other = read(latest);
    if (followed(named, other)) return { from: other, best: named };
  }
  return { from: named, best: named };
}

/**
 * Whether a model is a later one of the run that the other is the best model of. The run may have had a better one since, if
 * that could not be written.
 */
function followed(best: StoredModel, later: StoredModel): boolean {
  const [old, now] = [best.checkpoint.resume?.progress, later.checkpoint.resume?.progress];
  if (!old || !now || now.step <= old.step || now.corpus !== old.corpus || !isSameModel(best, later)) return false;
  const { bestStep = 0, bestNats = Number.POSITIVE_INFINITY } = now;
  if (bestStep === old.step) return bestNats === old.bestNats;
  return bestStep > old.step && bestNats < (old.bestNats ?? Number.POSITIVE_INFINITY);
}

/** Whether two models are of one configuration and began alike. */
function isSameModel(one: StoredModel, other: StoredModel): boolean {
  const [a, b] = [one, other].map(({ checkpoint: { configuration, tokenizer } }) =>
    JSON.stringify([configuration.model, configuration.training.seed, tokenizer.vocabulary.length]),
  );
  return a === b;
}

/**
 * Checks that a run which goes on where its files are replaces no model but its own: of the pair of best and newest, the one
 * that it does not go on from has to be of the same run.
 * @throws UserError if it is another model
 */
export function checkPair({ best, latest }: Outputs, resumed: Resumed): void {
  if (resumed.from !== resumed.best) return;
  const { from } = resumed;
  if (bestBeside(from.path)) {
    if (best.found === undefined) return;
    throw new UserError(
      `${showPath(best.path)} holds another model than the best of the run that ${showPath(from.path)} is of; go on from it with --resume ${showPath(best.path)}, or give --force to replace it.`,
    );
  }
  if (latest.found === undefined) return;
  const other = read(latest.path);
  // The best may have come after it, and the process have ended before it was removed.
  if (other.step <= from.step && isSameModel(from, other)) return;
  throw new UserError(
    `${showPath(latest.path)}, where the newest model would be kept beside ${showPath(best.path)}, holds a model of another run; move it, or give --force to replace it.`,
  );
}

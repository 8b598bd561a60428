import type { TrainingConfiguration } from '../model/configuration';
import { showPath } from '../text/quote';
import { slower } from '../training/divergence';
import type { FinishedEvent } from '../training/events';
import type { Kept } from './keeper';

/** What a run kept, where, and how it goes on, as lines for a person; `ended` is why it came to its end. */
export function describeKept(
  kept: Kept,
  file: string,
  ended: FinishedEvent['reason'] | 'diverged' | undefined,
  training: TrainingConfiguration,
  encoding?: string,
): string[] {
  const read = encoding === undefined ? [] : [`--encoding ${encoding}`];
  if (ended === 'diverged') return [adviceAfterDivergence(kept, file, training, read)];
  const { files, step, latest } = kept;
  if (!files) return [];
  const best = showPath(files.best);
  if (kept.isLeft) return [`${best} is left as it was: the run ended before it had learnt anything.`];
  if (kept.isUntrained) {
    return [`Checkpoint: ${best} holds the untrained model: the run ended before there was a better one`];
  }
  const lines = kept.isResumed
    ? [`Nothing measured better than the model that was resumed, which ${best} holds.`]
    : [`Checkpoint: ${best} (${latest === undefined ? '' : 'the best, '}step ${step})`];
  if (latest !== undefined) lines.push(`Newest: ${showPath(files.latest)} (step ${latest})`);
  return [...lines, `To go on: ${command(file, files.best, [...further(ended, training), ...read])}`];
}

/** How a run that diverged goes on from what was kept, as a command to copy. */
function adviceAfterDivergence(
  kept: Kept,
  file: string,
  training: TrainingConfiguration,
  read: readonly string[],
): string {
  const { lr, clipping } = training;
  const options = [`--lr ${slower(lr)}`, ...(clipping === 'norm' ? [] : ['--clipping norm']), ...read];
  const { files, latest, step } = kept;
  if (!files) {
    return `The last good model, of step ${latest ?? step}, was not kept: name a file with --checkpoint, or begin again with ${options.join(' ')}.`;
  }
  if (kept.isLeft) {
    return `${showPath(files.best)} is left as it was: the run ended before it had learnt anything; begin again with ${options.join(' ')}.`;
  }
  const holder = latest === undefined ? files.best : files.latest;
  return `${showPath(holder)} holds the last good model, of step ${latest ?? step}. To go on from it: ${command(file, files.best, options)}`;
}

/** The option without which the run would end again at once. */
function further(
  ended: FinishedEvent['reason'] | undefined,
  { epochs, maxSteps, patience }: TrainingConfiguration,
): string[] {
  switch (ended) {
    case 'epochs':
      return [`--epochs ${2 * epochs}`];
    case 'maxSteps':
      return [`--max-steps ${2 * maxSteps}`];
    case 'earlyStopping':
      return [`--patience ${2 * patience}`];
    case 'stopped':
    case undefined:
      return [];
  }
}

function command(file: string, checkpoint: string, options: readonly string[]): string {
  const where = shellWord(checkpoint);
  return ['recurrent train', shellWord(file), '--resume', where, '--checkpoint', where, ...options].join(' ');
}

/** A path as a shell takes it. */
function shellWord(path: string): string {
  const word = path.startsWith('-') ? `./${path}` : path;
  if (/^[\w./-]+$/.test(word)) return word;
  if (!/\p{Cc}/u.test(word)) return `'${word.replaceAll("'", "'\\''")}'`;
  const escaped = word.replace(/[\\'\p{Cc}]/gu, (character) =>
    /[\\']/.test(character) ? `\\${character}` : `\\x${character.codePointAt(0)!.toString(16).padStart(2, '0')}`,
  );
  return `$'${escaped}'`;
}

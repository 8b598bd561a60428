import type { Engine, State } from '../engine/engine';
import type { Checkpoint, Progress } from '../model/checkpoint';
import type { Configuration, TrainingConfiguration } from '../model/configuration';
import { inDigits, inPercent } from '../text/numbers';
import { mark } from './control';
import type { MarkEvent } from './events';
import type { Plan } from './plan';
import { learningRateFactor } from './schedule';
import type { TruncationMemory } from './truncation';

/** Where a run begins, and what of the checkpoint that it goes on from still holds. */
export interface Resumption {
  readonly progress: Progress;
  /** Whether the optimizer is the one that its moments are of. */
  readonly keepsMoments: boolean;
  /** Whether the text and its windows are the same, so that the carried state is of this place. */
  readonly keepsPlace: boolean;
  /** Whether the text in use is another one, however it is split, as far as the checkpoint tells. */
  readonly isNewText: boolean;
  /** Whether the text and its split are the same, so that the best model so far can be compared with. */
  readonly keepsBest: boolean;
}

/** The progress of a run that begins. */
export function beginning(): Progress {
  return {
    step: 0,
    epoch: 0,
    windows: 0,
    random: [],
    seconds: 0,
    epochNats: 0,
    epochTokens: 0,
    evaluationsSinceBest: 0,
    updates: 0,
  };
}

/**
 * What a run takes over from a checkpoint. With other windows the epoch begins anew; with another text the search for the
 * best model too, and its patience; with another optimizer the moments and the count of their updates. A checkpoint that
 * is only a model begins, and has nothing to lose.
 */
export function resumption(
  { configuration, resume }: Checkpoint,
  plan: Plan,
  optimizer: TrainingConfiguration['optimizer'],
): Resumption {
  if (!resume)
    return { progress: beginning(), keepsMoments: true, keepsPlace: true, keepsBest: true, isNewText: false };
  const progress = structuredClone(resume.progress);
  progress.updates ??= progress.step;
  const keepsMoments = configuration.training.optimizer === optimizer;
  const keepsBest = progress.corpus === plan.corpusName;
  const isNewText = progress.corpus !== undefined && contentOf(progress.corpus) !== contentOf(plan.corpusName);
  const keepsPlace = keepsBest && progress.place === plan.place;
  if (!keepsMoments) progress.updates = 0;
  if (!keepsBest) Object.assign(progress, { bestNats: undefined, bestStep: undefined, evaluationsSinceBest: 0 });
  if (!keepsPlace) Object.assign(progress, { windows: 0, epochNats: 0, epochTokens: 0 });
  return { progress, keepsMoments, keepsPlace, keepsBest, isNewText };
}

/** Puts back what of a checkpoint still holds: the optimizer's moments, and the state and cuts of the place among the windows. */
export function restore(
  { moments }: Pick<Engine, 'moments'>,
  state: State,
  truncation: TruncationMemory,
  { progress, first, second, hidden, cell }: NonNullable<Checkpoint['resume']>,
  { keepsMoments, keepsPlace }: Resumption,
): void {
  if (keepsMoments) {
    moments.first.set(first);
    moments.second.set(second);
  }
  if (!keepsPlace || progress.batch !== state.batch) return;
  state.hidden.set(hidden);
  state.cell.set(cell);
  progress.sinceCut?.forEach((steps, b) => {
    truncation.sinceCut[b] = steps;
  });
}

/** What the name of a corpus says of the text itself. */
function contentOf(corpusName: string): string | undefined {
  return corpusName.split(' ').at(-1);
}

/** Options of a training whose change has a mark of its own, or only says how far to go and what to tell. */
const toldElsewhere = [
  'lr',
  'clipping',
  'clip',
  'epochs',
  'maxSteps',
  'patience',
  'evaluateEvery',
  'continuationEvery',
];

/** What a run goes on with otherwise than its checkpoint was trained. */
export interface Changes {
  /** Sentences that a person should read before the first step; none if all is as it was. */
  readonly notes: readonly string[];
  /** For the charts, at the step that it goes on from. */
  readonly marks: readonly MarkEvent[];
}

/**
 * What a person should know of a run that goes on: what begins anew, and which options are others now.
 * @param old the configuration that the checkpoint was trained with
 * @param unknownShare of the training tokens, if the text is another one
 * @param rateFound whether the learning rate is one that was found to hold
 */
export function changes(
  { progress, keepsMoments, keepsPlace, keepsBest, isNewText }: Resumption,
  old: Configuration,
  now: Configuration,
  plan: Plan,
  unknownShare: number,
  rateFound: boolean,
): Changes {
  const { step } = progress;
  const anew = [];
  if (!keepsPlace) anew.push('the epoch begins anew, as its text or windows are others now');
  if (!keepsBest) anew.push('models are compared anew, as the best one so far was measured on another text');
  if (!keepsMoments) anew.push('the optimizer begins anew, as it is another one now');
  // Another limit takes more or less of what may be the same text.
  if (isNewText && old.text.limit === now.text.limit) {
    const unknown = unknownShare > 0 ? `, in which ${inPercent(unknownShare)} of its training tokens are <unk>` : '';
    anew.push(`the vocabulary stays that of the text before${unknown}`);
  }
  const options = [...differing('text', old, now), ...differing('model', old, now), ...differing('training', old, now)];
  const rate = rateChange(progress, old.training, now.training, plan);
  const nothing =
    plan.totalSteps > step ? [] : ['no step is left to do: raise training.epochs or training.maxSteps to go on'];
  const restored = [`Restored from step ${step}`, ...anew, ...options, ...nothing].join('; ');
  const marks = [mark(step, 'restored', restored)];
  const { lr, clip, clipping } = now.training;
  const before = lr === old.training.lr ? '' : `${old.training.lr} → `;
  if (rateFound) {
    marks.push({ ...mark(step, 'learningRate', `Learning rate ${before}${lr}, which holds`), learningRate: lr });
  } else if (before) marks.push(mark(step, 'learningRate', `Learning rate ${before}${lr}`));
  if (rate) marks.push(mark(step, 'learningRate', rate));
  const clips = [];
  if (clipping !== old.training.clipping) clips.push(`Clipping: ${old.training.clipping} → ${clipping}`);
  if (clipping !== 'none' && clip !== old.training.clip) clips.push(`θ ${old.training.clip} → ${clip}`);
  marks.push(...clips.map((text) => mark(step, 'clip', text)));
  const told = [...anew, ...options, ...marks.slice(1).map(({ text }) => lowered(text)), ...nothing];
  const notes = told.length > 0 ? [`Going on from step ${step}, not all is as it was: ${told.join('; ')}.`] : [];
  return { notes, marks };
}

/** The options of a group that are others now, as `training.batch 4 → 8`. */
function differing(group: 'text' | 'model' | 'training', old: Configuration, now: Configuration): string[] {
  const before: Readonly<Record<string, unknown>> = old[group];
  return Object.entries(now[group])
    .filter(([name, value]) => before[name] !== value && !(group === 'training' && toldElsewhere.includes(name)))
    .map(([name, value]) => `${group}.${name} ${before[name]} → ${value}`);
}

/** Says that the schedule gives another learning rate than it would have given: a cosine that spans more steps leaps up. */
function rateChange(
  progress: Progress,
  old: TrainingConfiguration,
  now: TrainingConfiguration,
  { totalSteps }: Plan,
): string | undefined {
  const { step, epoch, totalSteps: spanned = totalSteps } = progress;
  const stretched = old.schedule === 'cosine' && now.schedule === 'cosine' && spanned !== totalSteps;
  const names = ['schedule', 'warmup', 'decay', 'decayAfter'] as const;
  if (!stretched && names.every((name) => old[name] === now[name])) return undefined;
  const reached = old.lr * learningRateFactor(old, Math.max(1, step), epoch, spanned);
  const next = now.lr * learningRateFactor(now, step + 1, epoch, totalSteps);
  const written = [reached, next].map((rate) => Number(inDigits(rate, 2)));
  if (written[0] === written[1]) return undefined;
  const why = stretched
    ? `The cosine spans ${totalSteps} steps now and not ${spanned}`
    : `The schedule is another one now`;
  return `${why}: the learning rate goes from ${written[0]} to ${written[1]}`;
}

/** Within a sentence. */
function lowered(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

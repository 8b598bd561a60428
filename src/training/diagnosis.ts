import { inFigures } from '../text/numbers';
import { bestBaseline } from './baselines';
import type { Baseline } from './events';

/** What a diagnosis looks at. Perplexities per token. */
export interface Standing {
  /** Of the training text lately; undefined before it is known. */
  readonly training?: number;
  /** Of the validation text now. */
  readonly validation: number;
  /** The lowest of the validation text so far, this one counted. */
  readonly best: number;
  /** Of the same validation text; may be empty. */
  readonly baselines: readonly Baseline[];
  /** Validation tokens that were measured. */
  readonly tokens: number;
}

/** How much the validation perplexity must have risen above its best, and stand above the training text's, to call it memorising. */
const rise = 1.02;
const gap = 1.25;

/** What a difference of perplexities must be at least, as a ratio, however many tokens were measured. */
const least = 1.01;

/**
 * The scatter of −log p over tokens, nats, where it is not known to be greater: on a text of very few tokens the scatter that is
 * seen may be nothing at all.
 */
const usualScatter = 1;

/** Standard errors that a difference must exceed to be spoken of, and the widest such margin, nats, that still tells anything. */
const errors = 2;
const widest = 0.25;

/** Chooses what is said of a run that goes on, or of one that is over. */
type Tense = (now: string, then: string) => string;

/**
 * One sentence that says where a run stands: memorising, not learning, rising, learning, or better than every n-gram. A
 * difference is spoken of only where it exceeds two standard errors of the mean −log p, and nothing is said of rank where those
 * are more than a quarter of a nat, as with fewer than 64 tokens. Empty where there is nothing to compare with.
 * @param over whether the run has ended, so that the sentence is in the past
 */
export function diagnose(standing: Standing, over = false): string {
  const tense: Tense = (now, then) => (over ? then : now);
  const { training, validation, best, baselines, tokens } = standing;
  if (Number.isNaN(validation)) {
    return `The validation perplexity ${tense('is', 'was')} not a number: the run ${tense('is diverging', 'diverged')}.`;
  }
  const guess = bestBaseline(baselines.filter(({ name }) => name === 'uniform' || name === 'unigram'));
  const strongest = bestBaseline(baselines);
  const scatter = Math.max(usualScatter, guess?.scatter ?? 0, strongest?.scatter ?? 0);
  const margin = (errors * scatter) / Math.sqrt(tokens);
  if (margin > widest) {
    const few =
      tokens === 1
        ? `A single validation token ${tense('is', 'was')}`
        : `${tokens} validation tokens ${tense('are', 'were')}`;
    return baselines.length === 0
      ? ''
      : `${few} too few to tell where the run ${tense('stands', 'ended')}; raise text.validation or use a longer text.`;
  }
  const tells = Math.max(least, Math.exp(margin));
  if (training !== undefined && validation > rise * best && validation > Math.max(gap, tells) * training) {
    return memorising(training, validation, best, tense);
  }
  return guess && strongest ? compared(standing, guess, strongest, tells, tense) : '';
}

/** Where a run stands among the baselines. @param tells ratio from which on a difference is one */
function compared(
  { validation, best, tokens }: Standing,
  guess: Baseline,
  strongest: Baseline,
  tells: number,
  tense: Tense,
): string {
  const line = ({ name, perplexity }: Baseline) => `the ${name}'s ${show(perplexity)}`;
  const up = validation > best ? `, up from its best, ${show(best)},` : '';
  const reached = `${show(validation)}${up} ${tense('is', 'was')}`;
  if (validation * least >= guess.perplexity) {
    const head = tense(up ? 'Not learning' : 'Not learning yet', 'Not learnt');
    const knows = guess.name === 'unigram' ? 'knows only how frequent each token is' : 'knows nothing of the text';
    return `${head}: ${reached} no better than ${line(guess)}, which ${knows}.`;
  }
  if (validation * tells >= guess.perplexity) {
    return `${tense('Too early', 'Too close')} to tell: ${reached} near ${line(guess)}, and ${tokens} validation tokens do not tell them apart.`;
  }
  if (validation * tells < strongest.perplexity) {
    const but = up && `, but up from its best, ${show(best)}`;
    return `Better than every n-gram: ${show(validation)} against ${show(strongest.perplexity)} of the ${strongest.name}${but}.`;
  }
  const rank =
    validation > strongest.perplexity * tells ? `not${tense(' yet', '')} than` : 'as good, as far as one can tell, as';
  const head = !up
    ? tense('Learning', 'Learnt')
    : validation > rise * best
      ? tense('Rising', 'It rose')
      : tense('Level', 'It levelled off');
  return `${head}: ${reached} better than ${line(guess)}, and ${rank} ${line(strongest)}.`;
}

function memorising(training: number, validation: number, best: number, tense: Tense): string {
  const lately = tense('is', 'was');
  const since = tense('rising since its best', 'had risen since its best');
  return `${tense('Memorising', 'Memorised')}: the training perplexity ${lately} ${show(training)}, but on validation text ${show(validation)} and ${since}, ${show(best)}; use more text, fewer hidden units or dropout.`;
}

/** Stands where the diagnosis does when there are too few validation tokens to measure; undefined when there are enough. */
export function withoutValidation(validationTokens: number, over = false): string | undefined {
  if (validationTokens > 1) return undefined;
  const verb = over ? 'was' : 'is';
  const held = validationTokens === 0 ? 'nothing' : 'a single token';
  return `Validation ${verb} not measured: ${held} of the text ${verb} held out, and a low training perplexity alone may be a text learnt by heart; raise text.validation to tell.`;
}

function show(perplexity: number): string {
  return inFigures(perplexity, 2);
}

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
}

/** How much the validation perplexity must have risen above its best, and stand above the training text's, to call it memorising. */
const rise = 1.02;
const gap = 1.25;

/** One sentence that says where a run stands: memorising, not learning, learning, or better than every n-gram. */
export function diagnose({ training, validation, best, baselines }: Standing): string {
  if (!Number.isFinite(validation)) return 'The validation perplexity is not a number: the run is diverging.';
  if (training !== undefined && validation > rise * best && validation > gap * training) {
    return `Memorising: the training perplexity is ${show(training)}, but on validation text ${show(validation)} and rising since its best, ${show(best)}; use more text, fewer hidden units or dropout.`;
  }
  const unigram = baselines.find(({ name }) => name === 'unigram');
  const strongest = bestBaseline(baselines);
  if (!unigram || !strongest) return '';
  if (validation >= 0.99 * unigram.perplexity) {
    return `Not learning yet: ${show(validation)} is no better than the unigram's ${show(unigram.perplexity)}, which knows only how frequent each token is.`;
  }
  if (validation < strongest.perplexity) {
    return `Better than every n-gram: ${show(validation)} against ${show(strongest.perplexity)} of the ${strongest.name}.`;
  }
  return `Learning: ${show(validation)} is better than the unigram's ${show(unigram.perplexity)}, and not yet than the ${strongest.name}'s ${show(strongest.perplexity)}.`;
}

/** Stands where the diagnosis does when there are too few validation tokens to measure; undefined when there are enough. */
export function withoutValidation(validationTokens: number): string | undefined {
  if (validationTokens > 1) return undefined;
  const held = validationTokens === 0 ? 'nothing' : 'a single token';
  return `Validation is not measured: ${held} of the text is held out, and a low training perplexity alone may be a text learnt by heart; raise text.validation to tell.`;
}

function show(perplexity: number): string {
  return perplexity < 1000 ? perplexity.toFixed(2) : perplexity.toExponential(1);
}

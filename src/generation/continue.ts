import { Random } from '../model/random';
import type { Tokenizer } from '../text/tokenizer';
import { type End, type Ending, endsWithin, lastOf } from './ending';
import { type PromptRequest, readPrompt, withoutUnknown } from './prompt';
import { distribution, draw, ranked, type SamplingOptions } from './sample';

/** One sampled token. */
export interface SampledToken {
  /** The text that is complete with it; empty while a character still lacks bytes, as may happen with subwords. */
  readonly text: string;
  /** Its bytes that belong to a character which is not whole yet, such as `E2 80`; absent if there are none. */
  readonly piece?: string;
  /**
   * What a model reads to go on after it: one id, or, of the first after a prompt, those also that stand for the end of the
   * prompt where a token reaches across it.
   */
  readonly ids: readonly number[];
  /** −log2 p under the model at temperature 1; of the first after a prompt, given that the prompt stands there. */
  readonly bits: number;
  /** The likeliest tokens of the distribution that it was drawn from (temperature 1 if that was 0), best first. */
  readonly alternatives: readonly Alternative[];
}

/** A token that might have been drawn. */
export interface Alternative {
  /** As of a token that was drawn. */
  readonly text: string;
  readonly piece?: string;
  readonly ids: readonly number[];
  /** With which it would have been drawn: tempered and cut as the options say. */
  readonly probability: number;
  /** −log2 p under the model at temperature 1, as of the token that was drawn. */
  readonly bits: number;
}

/** What to continue, and how. */
export interface Continuation extends PromptRequest {
  readonly options: SamplingOptions & {
    /** Tokens at most. */
    readonly length: number;
  };
  readonly seed: number;
  /** Text that ends the continuation where it first appears; it is left out, but for tokens written before it was whole. */
  readonly stop?: string;
  /** Where to end before the length is reached. */
  readonly ending?: Ending;
  /** How many alternatives to report for each token; 0 for none. */
  readonly alternatives: number;
}

/**
 * The likeliest tokens of a distribution, best first.
 * @param probabilities they are drawn with (V)
 * @param logProbabilities of the model (V), nats
 */
export function alternativesOf(
  probabilities: Float64Array,
  logProbabilities: Float32Array,
  tokenizer: Tokenizer,
  count: number,
): Alternative[] {
  return ranked(probabilities, count).map((id) => ({
    text: tokenizer.vocabulary[id],
    ids: [id],
    probability: probabilities[id],
    bits: -logProbabilities[id] / Math.LN2,
  }));
}

/**
 * Continues a prompt, token by token: reads it from a zero state, then samples and feeds back what was sampled.
 * The same seed gives the same text. `<unk>` is never sampled unless there is nothing else.
 * @throws Error if the model gives NaN
 */
export function* continueText(request: Continuation): Generator<SampledToken, End> {
  const { engine, tokenizer, options, seed, stop, ending, alternatives } = request;
  const random = new Random(seed);
  const reporting = options.temperature === 0 ? { ...options, temperature: 1 } : options;
  const stream = tokenizer.stream();
  const { state, logProbabilities } = readPrompt(request);
  const input = new Int32Array(1); // (1)
  let next = logProbabilities; // (V)
  let written = '';
  for (let n = 0; n < options.length; n++) {
    const known = withoutUnknown(next, tokenizer); // (V)
    const probabilities = distribution(known, options); // (V)
    const id = draw(probabilities, options.temperature === 0 ? 0 : random.uniform());
    const shown = alternatives === 0 || reporting === options ? probabilities : distribution(known, reporting); // (V)
    const text = stream.next(id);
    const end = endsWithin(written, text, ending, stop);
    const token: SampledToken = {
      text: text.slice(0, end?.at),
      ids: [id],
      bits: -next[id] / Math.LN2,
      alternatives: alternativesOf(shown, next, tokenizer, alternatives),
    };
    if (end) {
      if (end.at > 0) yield token;
      return end.why;
    }
    yield token;
    written = lastOf(written + text);
    if (n + 1 === options.length) break;
    input[0] = id;
    next = engine.step(input, state); // (1, V)
  }
  return 'length';
}

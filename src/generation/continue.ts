import { Random } from '../model/random';
import { alternativesOf, type Choices, mayGoOn, nextTokens, written } from './choices';
import { type End, type Ending, endsWithin, lastOf } from './ending';
import { type PromptRequest, readPrompt } from './prompt';
import { distribution, draw, type SamplingOptions } from './sample';
import type { SampledToken } from './sampled-token';

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

/** Chooses what comes next. @param count tokens so far @returns a choice, and the distribution to tell others from (N) */
type Chooser = (choices: Choices, count: number) => { readonly choice: number; readonly probabilities: Float64Array };

/** What `walk` needs of a continuation. */
export type Walk = Pick<Continuation, 'stop' | 'ending' | 'alternatives' | keyof PromptRequest>;

/**
 * Continues a prompt, token by token: reads it from a zero state, then samples and feeds back what was sampled.
 * The same seed gives the same text. `<unk>` is never sampled unless there is nothing else. While the prompt is read there is no
 * token yet, and undefined is yielded, so that it can be given up.
 * @returns why it ended
 * @throws OverflowError if the model gives NaN
 */
export function continueText(request: Continuation): Generator<SampledToken | undefined, End> {
  const { options, seed } = request;
  const random = new Random(seed);
  const reporting = options.temperature === 0 ? { ...options, temperature: 1 } : options;
  return walk(request, options.length, ({ allowed }) => {
    const probabilities = distribution(allowed, options); // (N)
    const choice = draw(probabilities, options.temperature === 0 ? 0 : random.uniform());
    const isSame = request.alternatives === 0 || reporting === options;
    return { choice, probabilities: isSame ? probabilities : distribution(allowed, reporting) };
  });
}

/** Goes on from a prompt with what somebody chooses, at most `length` tokens. @returns why it ended */
export function* walk(request: Walk, length: number, choose: Chooser): Generator<SampledToken | undefined, End> {
  const { engine, tokenizer, stop, ending, alternatives } = request;
  const input = new Int32Array(1); // (1)
  let choices = yield* readPrompt(request);
  let before = '';
  for (let n = 0; n < length; n++) {
    if (!mayGoOn(choices)) return 'nothing';
    const { choice, probabilities } = choose(choices, n);
    const token = written(choices, choice);
    const end = endsWithin(before, token.text, ending, stop);
    const sampled = { ...token, alternatives: alternativesOf(choices, probabilities, alternatives) };
    const after = choices.after(choice);
    const state = choices.state(choice);
    const { stream } = choices.decode(choice);
    if (end) {
      if (end.at > 0) yield { ...sampled, text: token.text.slice(0, end.at) };
      return end.why;
    }
    yield sampled;
    before = lastOf(before + token.text);
    if (n + 1 === length) break;
    input[0] = token.ids[token.ids.length - 1];
    choices = nextTokens(engine.step(input, state), tokenizer, stream, state, after);
  }
  return 'length';
}

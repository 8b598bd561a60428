import type { GenerationConfiguration } from '../model/configuration';
import { type BeamResult, beamSearch } from './beam';
import type { Choices } from './choices';
import { type Continuation, continueText, walk } from './continue';
import type { End } from './ending';
import { distribution } from './sample';
import type { SampledToken } from './sampled-token';

/** What to continue, decoded as the configuration says. */
export interface GenerationRequest extends Omit<Continuation, 'options' | 'ending'> {
  readonly options: GenerationConfiguration;
}

/**
 * Continues a prompt: by sampling (greedily at temperature 0), or by beam search if there are beams. While a search goes on
 * there is no token yet, and undefined is yielded, so that it can be given up. So it is while the prompt is read.
 * @returns why it ended
 * @throws OverflowError if the model gives NaN
 */
export function* generate(request: GenerationRequest): Generator<SampledToken | undefined, End> {
  const { options } = request;
  const ending = options.ending === 'length' ? undefined : options.ending;
  if (options.beams === 0) {
    return yield* continueText({ ...request, ending });
  }
  const [best] = yield* beamSearch({ ...request, ending, beams: options.beams, length: options.length });
  if (!best) return 'nothing';
  yield* score(request, best);
  return best.end;
}

/** The tokens of a found continuation, each with its bits and alternatives. */
function* score(request: GenerationRequest, { tokens, text }: BeamResult): Generator<SampledToken | undefined, void> {
  const plain = { temperature: 1, topK: 0, topP: 1 };
  const scored = walk(
    { ...request, stop: undefined, ending: undefined, report: undefined },
    tokens.length,
    (choices, n) => {
      const choice = findChoice(choices, tokens[n]);
      return { choice, probabilities: distribution(choices.allowed, plain) };
    },
  );
  let left = text.length;
  for (const token of scored) {
    yield token && { ...token, text: token.text.slice(0, left) };
    left -= Math.min(left, token?.text.length ?? 0);
  }
}

/** The choice that adds certain ids. */
function findChoice({ logProbabilities, ids }: Choices, wanted: readonly number[]): number {
  return logProbabilities.findIndex((_: number, choice: number) => {
    const found = ids(choice);
    return found.length === wanted.length && found.every((id, n) => id === wanted[n]);
  });
}

import type { GenerationConfiguration } from '../model/configuration';
import { beamSearch } from './beam';
import { alternativesOf, type Continuation, continueText, type SampledToken } from './continue';
import type { End } from './ending';
import { readPrompt, withoutUnknown } from './prompt';
import { distribution } from './sample';

/** What to continue, decoded as the configuration says. */
export interface GenerationRequest extends Omit<Continuation, 'options' | 'ending'> {
  readonly options: GenerationConfiguration;
}

/**
 * Continues a prompt: by sampling (greedily at temperature 0), or by beam search if there are beams. While a search goes on
 * there is no token yet, and undefined is yielded, so that it can be given up.
 * @throws Error if the model gives NaN
 */
export function* generate(request: GenerationRequest): Generator<SampledToken | undefined, End> {
  const { options } = request;
  const ending = options.ending === 'length' ? undefined : options.ending;
  if (options.beams === 0) {
    return yield* continueText({ ...request, ending });
  }
  const [best] = yield* beamSearch({ ...request, ending, beams: options.beams, length: options.length });
  if (!best) return 'nothing';
  yield* score(request, best.ids, best.text.length);
  return best.end;
}

/** The tokens of a found continuation, each with its bits and alternatives, cut at `length` UTF-16 units. */
function* score(request: GenerationRequest, ids: readonly number[], length: number): Generator<SampledToken, void> {
  const { engine, tokenizer, alternatives } = request;
  const stream = tokenizer.stream();
  const { state, logProbabilities } = readPrompt(request);
  let next: Float32Array = logProbabilities; // (V)
  let written = 0;
  for (const id of ids) {
    const probabilities = distribution(withoutUnknown(next, tokenizer), { temperature: 1, topK: 0, topP: 1 }); // (V)
    const text = stream.next(id).slice(0, length - written);
    written += text.length;
    yield {
      text,
      ids: [id],
      bits: -next[id] / Math.LN2,
      alternatives: alternativesOf(probabilities, next, tokenizer, alternatives),
    };
    next = engine.step(Int32Array.of(id), state); // (1, V)
  }
}

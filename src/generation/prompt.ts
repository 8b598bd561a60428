import type { Engine, State } from '../engine/engine';
import { createState } from '../engine/engine';
import { type Normalization, normalize } from '../text/normalize';
import type { Tokenizer } from '../text/tokenizer';

// V vocabulary.

/** What is needed to read a prompt. */
export interface PromptRequest {
  readonly engine: Engine;
  readonly tokenizer: Tokenizer;
  /** Empty starts as after a line end or, if the vocabulary has none, after a space. */
  readonly prompt: string;
  /** What was done to the text that the model learnt, and is done to the prompt; nothing if absent. */
  readonly normalize?: Normalization;
}

/**
 * Reads a prompt from a zero state; what the vocabulary lacks is read as `<unk>`.
 * @returns the state after it, one row, and the log-probabilities (V) of the next token, a copy
 */
export function readPrompt(request: PromptRequest): { state: State; logProbabilities: Float32Array } {
  const { engine, tokenizer } = request;
  const state = createState(engine.shape, 1);
  const ids = promptIds(request);
  const input = new Int32Array(1); // (1)
  let logProbabilities: Float32Array | undefined;
  for (const id of ids.length > 0 ? ids : [firstId(tokenizer)]) {
    input[0] = id;
    logProbabilities = engine.step(input, state); // (1, V)
  }
  return { state, logProbabilities: logProbabilities!.slice() };
}

/** The lecture's normalisation by lines strips them, which would glue a prompt to its continuation: it only keeps letters here. */
function promptIds({
  tokenizer,
  prompt,
  normalize: how = 'none',
}: PromptRequest): ArrayLike<number> & Iterable<number> {
  return tokenizer.encode(normalize(prompt, how === 'd2l' ? 'letters' : how, tokenizer.form));
}

function firstId({ vocabulary, unknown }: Tokenizer): number {
  for (const start of ['\n', ' ']) {
    const id = vocabulary.indexOf(start);
    if (id >= 0) return id;
  }
  return unknown === 0 ? 1 : 0;
}

/** Gives `<unk>` no probability, unless it is all that there is. */
export function withoutUnknown(logProbabilities: Float32Array, tokenizer: Tokenizer): Float32Array {
  const { unknown } = tokenizer;
  if (unknown < 0 || !logProbabilities.some((value, id) => id !== unknown && value !== Number.NEGATIVE_INFINITY)) {
    return logProbabilities;
  }
  const known = logProbabilities.slice(); // (V)
  known[unknown] = Number.NEGATIVE_INFINITY;
  return known;
}

import { createState, type Engine } from '../engine/engine';
import { computed } from '../model/overflow';
import { type Normalization, normalize } from '../text/normalize';
import type { TextForm } from '../text/same-text';
import type { Tokenizer } from '../text/tokenizer';
import { UserError } from '../text/user-error';
import { gradientFlow, linearRnnFlow } from './gradient-flow';

// T steps, V vocabulary.

/** How the loss of a text's last token flows back through the tokens before it. */
export interface TextFlow {
  /** The form in which the model reads the text, to find the tokens in it. */
  readonly form: TextForm;
  /** The token whose loss is followed back. */
  readonly token: string;
  /** The tokens before it, nearest first: the model had just read before[k] at lag k. */
  readonly before: readonly string[];
  /** norms[layer][k], k = 0 … T−1, as `gradientFlow` gives them; nothing is truncated. */
  readonly norms: readonly (readonly number[])[];
  readonly linear?: ReturnType<typeof linearRnnFlow>;
  /** −log2 p of the token. */
  readonly bits: number;
}

/**
 * Follows the loss of a text's last token back, at most `steps` tokens; what stands before them is read without a gradient.
 * @param how what was done to the text that the model learnt, and is done to this one (the lecture's only keeps letters here, as
 *   in prompts)
 * @throws UserError if there are fewer than two tokens, or if the model gives a number that is not finite
 */
export function textFlow(
  engine: Engine,
  tokenizer: Tokenizer,
  text: string,
  steps: number,
  how: Normalization,
): TextFlow {
  const ids = tokenizer.encode(normalize(text, how === 'd2l' ? 'letters' : how, tokenizer.form));
  if (ids.length < 2) throw new UserError('Gradient flow needs at least two tokens of text before the cursor.');
  const T = Math.min(steps, ids.length - 1);
  const from = ids.length - 1 - T;
  const state = createState(engine.shape, 1);
  for (let i = 0; i < from; i++) engine.step(Int32Array.of(ids[i]), state);
  const window = {
    steps: T,
    batch: 1,
    inputs: Int32Array.from(ids.subarray(from, from + T)), // (T, 1)
    targets: Int32Array.from(ids.subarray(from + 1)), // (T, 1)
  };
  const linear = linearRnnFlow(engine, window, state);
  const norms = gradientFlow(engine, window, state);
  let logProbabilities: Float32Array = new Float32Array(0); // (1, V)
  for (const id of window.inputs) logProbabilities = engine.step(Int32Array.of(id), state); // (1, V)
  const last = ids[ids.length - 1];
  return {
    form: tokenizer.form,
    token: tokenizer.vocabulary[last],
    before: Array.from(window.inputs, (id) => tokenizer.vocabulary[id]).reverse(),
    norms: norms.map((layer) => layer.map(computed)),
    linear,
    bits: computed(-logProbabilities[last] / Math.LN2),
  };
}

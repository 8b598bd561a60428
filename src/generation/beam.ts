import { createState, type State } from '../engine/engine';
import type { ModelShape } from '../model/configuration';
import { type Ending, endsWithin } from './ending';
import { type PromptRequest, readPrompt, withoutUnknown } from './prompt';
import { ranked } from './sample';

// B beams, V vocabulary, L layers, H hidden.

/** What a beam search looks for. */
export interface BeamRequest extends PromptRequest {
  /** How many continuations are followed side by side (B). */
  readonly beams: number;
  /** Tokens at most. */
  readonly length: number;
  readonly ending?: Ending;
  readonly stop?: string;
}

/** One continuation that a beam search found. */
export interface BeamResult {
  readonly text: string;
  readonly ids: readonly number[];
  /** −log2 p of all its tokens at temperature 1. */
  readonly bits: number;
  /** What continuations of different lengths are ranked by. */
  readonly bitsPerToken: number;
}

interface Beam {
  readonly ids: readonly number[];
  readonly nats: number;
  readonly text: string;
}

/**
 * The likeliest continuations of a prompt that a search over B beams finds, best first; one beam is greedy decoding.
 * Ends when the length is reached or B continuations have ended. Deterministic; ties go to the lower id.
 * @throws Error if the model gives NaN
 */
export function beamSearch(request: BeamRequest): BeamResult[] {
  const { engine, tokenizer, beams: B, length, ending, stop } = request;
  const start = readPrompt(request);
  const ended: BeamResult[] = [];
  let live: Beam[] = [{ ids: [], nats: 0, text: '' }];
  let state = start.state;
  let next = start.logProbabilities; // (beams, V)
  for (let n = 0; n < length; n++) {
    const grown: Beam[] = [];
    const parents: number[] = [];
    for (const { parent, id, nats } of bestSteps(live, next, request)) {
      const from = live[parent];
      const ids = [...from.ids, id];
      const text = tokenizer.decode(ids).replace(/\uFFFD+$/u, ''); // bytes of an incomplete character wait
      const end = endsWithin(from.text, text.slice(from.text.length), ending, stop);
      if (end !== undefined) ended.push(toResult({ ids, nats, text: text.slice(0, from.text.length + end) }));
      else {
        grown.push({ ids, nats, text });
        parents.push(parent);
      }
    }
    live = grown;
    if (live.length === 0 || ended.length >= B || n + 1 === length) break;
    state = selectRows(engine.shape, state, parents);
    const last = Int32Array.from(live, ({ ids }) => ids[ids.length - 1]); // (beams)
    next = engine.step(last, state); // (beams, V)
  }
  return [...ended, ...live.map(toResult)].sort((a, b) => a.bitsPerToken - b.bitsPerToken).slice(0, B);
}

/** The B likeliest ways to go on with one token, over all beams. */
function bestSteps(
  live: readonly Beam[],
  next: Float32Array,
  { tokenizer, beams: B }: BeamRequest,
): { parent: number; id: number; nats: number }[] {
  const V = tokenizer.vocabulary.length;
  const steps = live.flatMap(({ nats }, parent) => {
    const row = withoutUnknown(next.subarray(parent * V, (parent + 1) * V), tokenizer); // (V)
    if (row.some(Number.isNaN)) throw new Error('The model gave NaN as a log-probability; go back to a checkpoint.');
    const probabilities = Float64Array.from(row, Math.exp); // (V)
    return ranked(probabilities, B).map((id) => ({ parent, id, nats: nats - row[id] }));
  });
  return steps.sort((a, b) => a.nats - b.nats || a.parent - b.parent || a.id - b.id).slice(0, B);
}

/** A state whose row i is row `parents[i]` of another. */
function selectRows(shape: ModelShape, from: State, parents: readonly number[]): State {
  const { layers, hidden: H } = shape;
  const to = createState(shape, parents.length);
  for (const name of ['hidden', 'cell'] as const) {
    if (from[name].length === 0) continue;
    for (let k = 0; k < layers; k++) {
      parents.forEach((parent, i) => {
        const at = (k * from.batch + parent) * H;
        to[name].set(from[name].subarray(at, at + H), (k * parents.length + i) * H);
      });
    }
  }
  return to;
}

function toResult({ text, ids, nats }: Beam): BeamResult {
  const bits = nats / Math.LN2;
  return { text, ids, bits, bitsPerToken: bits / ids.length };
}

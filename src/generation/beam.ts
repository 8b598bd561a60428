import { createState, type State } from '../engine/engine';
import type { ModelShape } from '../model/configuration';
import type { TokenStream } from '../text/token-stream';
import { type End, type Ending, endsWithin, lastOf } from './ending';
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
  readonly end: End;
}

/** A continuation under way: its last token, and the one that it goes on from. */
interface Beam {
  readonly before?: Beam;
  readonly id: number;
  /** The text that is complete with it. */
  readonly text: string;
  /** The last of the text so far, and the decoder that goes on from it. */
  readonly tail: string;
  readonly stream: TokenStream;
  /** −ln p of all its tokens. */
  readonly nats: number;
}

/**
 * The likeliest continuations of a prompt that a search over B beams finds, best first; one beam is greedy decoding.
 * Ends when the length is reached or B continuations have ended. Deterministic; ties go to the lower id. Yields after each
 * token, so that it can be given up.
 * @throws Error if the model gives NaN
 */
export function* beamSearch(request: BeamRequest): Generator<undefined, BeamResult[]> {
  const { engine, tokenizer, beams: B, length, ending, stop } = request;
  const start = readPrompt(request);
  const ended: BeamResult[] = [];
  let live: Beam[] = [{ id: -1, text: '', tail: '', stream: tokenizer.stream(), nats: 0 }];
  let state = start.state;
  let next = start.logProbabilities; // (beams, V)
  for (let n = 0; n < length; n++) {
    const grown: Beam[] = [];
    const parents: number[] = [];
    for (const { parent, id, nats } of bestSteps(live, next, request)) {
      const before = live[parent];
      const stream = before.stream.fork();
      const text = stream.next(id);
      const end = endsWithin(before.tail, text, ending, stop);
      const beam = { before, id, text: text.slice(0, end?.at), tail: lastOf(before.tail + text), stream, nats };
      if (end) ended.push(toResult(beam, end.why));
      else {
        grown.push(beam);
        parents.push(parent);
      }
    }
    live = grown;
    if (live.length === 0 || ended.length >= B || n + 1 === length) break;
    state = selectRows(engine.shape, state, parents);
    const last = Int32Array.from(live, ({ id }) => id); // (beams)
    yield undefined; // before the step: what it gives is valid only until somebody else's
    next = engine.step(last, state); // (beams, V)
  }
  return [...ended, ...live.map((beam) => toResult(beam, 'length'))]
    .sort((a, b) => a.bitsPerToken - b.bitsPerToken)
    .slice(0, B);
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

/** Follows a beam back to its beginning. */
function toResult(beam: Beam, end: End): BeamResult {
  const ids: number[] = [];
  const texts: string[] = [];
  for (let at = beam; at.before; at = at.before) {
    ids.push(at.id);
    texts.push(at.text);
  }
  const bits = beam.nats / Math.LN2;
  return { text: texts.reverse().join(''), ids: ids.reverse(), bits, bitsPerToken: bits / ids.length, end };
}

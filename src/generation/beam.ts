import { createState, type State } from '../engine/engine';
import type { ModelShape } from '../model/configuration';
import { OverflowError } from '../model/overflow';
import type { TokenStream } from '../text/token-stream';
import { type Choices, nextTokens } from './choices';
import { type End, type Ending, endsWithin, lastOf } from './ending';
import { type PromptRequest, readPrompt } from './prompt';
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
  /** The ids of each of its tokens; of the first also those at the prompt's end. */
  readonly tokens: readonly (readonly number[])[];
  /** −log2 p of all its tokens at temperature 1. */
  readonly bits: number;
  /** What continuations of different lengths are ranked by. */
  readonly bitsPerToken: number;
  readonly end: End;
}

/** A continuation under way: its last token, and the one that it goes on from. */
interface Beam {
  readonly before?: Beam;
  readonly ids: readonly number[];
  /** The text that is complete with it. */
  readonly text: string;
  /** The last of the text so far, and the decoder that goes on from it. */
  readonly tail: string;
  readonly stream: TokenStream;
  /** −ln p of all its tokens. */
  readonly nats: number;
}

/** One token more for a continuation under way. */
interface Step {
  readonly from: number;
  readonly choice: number;
  readonly nats: number;
}

/**
 * The likeliest continuations of a prompt that a search over B beams finds, best first; one beam is greedy decoding.
 * Ends when the length is reached or B continuations have ended. Deterministic; ties go to the lower id. Yields after each
 * token, so that it can be given up.
 * @throws OverflowError if the model gives NaN
 */
export function* beamSearch(request: BeamRequest): Generator<undefined, BeamResult[]> {
  const { engine, tokenizer, beams: B, length, ending, stop } = request;
  const V = tokenizer.vocabulary.length;
  const first = yield* readPrompt(request);
  const ended: BeamResult[] = [];
  let live: (Beam | undefined)[] = [undefined];
  let choices = [first]; // of each beam
  for (let n = 0; n < length; n++) {
    const grown: Beam[] = [];
    const states: State[] = [];
    const after: (readonly number[] | undefined)[] = [];
    for (const { from, choice, nats } of bestSteps(live, choices, B)) {
      const before = live[from];
      const { text, stream } = choices[from].decode(choice);
      const end = endsWithin(before?.tail ?? '', text, ending, stop);
      const tail = lastOf((before?.tail ?? '') + text);
      const ids = choices[from].ids(choice);
      const beam: Beam = { before, ids, text: text.slice(0, end?.at), tail, stream, nats };
      if (end) {
        ended.push(toResult(beam, end.why));
        continue;
      }
      grown.push(beam);
      states.push(choices[from].state(choice));
      after.push(choices[from].after(choice));
    }
    live = grown;
    if (grown.length === 0 || ended.length >= B || n + 1 === length) break;
    const state = joinStates(engine.shape, states);
    const last = Int32Array.from(grown, ({ ids }) => ids[ids.length - 1]); // (beams)
    yield undefined; // before the step: what it gives is valid only until somebody else's
    const next = engine.step(last, state); // (beams, V)
    choices = grown.map(({ stream }, row) =>
      nextTokens(next.subarray(row * V, (row + 1) * V), tokenizer, stream, rowOf(engine.shape, state, row), after[row]),
    );
  }
  const cut = live.flatMap((beam) => (beam ? toResult(beam, 'length') : []));
  return [...ended, ...cut].sort((a, b) => a.bitsPerToken - b.bitsPerToken).slice(0, B);
}

/** The B likeliest ways to go on with one token, over all beams. */
function bestSteps(live: readonly (Beam | undefined)[], choices: readonly Choices[], B: number): Step[] {
  const steps = choices.flatMap(({ allowed }, from) => {
    if (allowed.some((value) => !(value < Number.POSITIVE_INFINITY))) throw new OverflowError();
    const probabilities = Float64Array.from(allowed, Math.exp); // (N)
    const nats = live[from]?.nats ?? 0;
    return ranked(probabilities, B).map((choice) => ({ from, choice, nats: nats - allowed[choice] }));
  });
  return steps.sort((a, b) => a.nats - b.nats || a.from - b.from || a.choice - b.choice).slice(0, B);
}

/** States of one row as the rows of one state. */
function joinStates(shape: ModelShape, states: readonly State[]): State {
  const { layers, hidden: H } = shape;
  const joined = createState(shape, states.length);
  for (const name of ['hidden', 'cell'] as const) {
    if (joined[name].length === 0) continue;
    states.forEach((state, row) => {
      for (let k = 0; k < layers; k++) {
        joined[name].set(state[name].subarray(k * H, (k + 1) * H), (k * states.length + row) * H);
      }
    });
  }
  return joined;
}

/** One row of a state. */
function rowOf(shape: ModelShape, from: State, row: number): State {
  const { layers, hidden: H } = shape;
  const state = createState(shape, 1);
  for (const name of ['hidden', 'cell'] as const) {
    if (state[name].length === 0) continue;
    for (let k = 0; k < layers; k++) {
      const at = (k * from.batch + row) * H;
      state[name].set(from[name].subarray(at, at + H), k * H);
    }
  }
  return state;
}

/** Follows a beam back to its beginning. */
function toResult(beam: Beam, end: End): BeamResult {
  const tokens: (readonly number[])[] = [];
  const texts: string[] = [];
  for (let at: Beam | undefined = beam; at; at = at.before) {
    tokens.push(at.ids);
    texts.push(at.text);
  }
  const bits = beam.nats / Math.LN2;
  return {
    text: texts.reverse().join(''),
    tokens: tokens.reverse(),
    bits,
    bitsPerToken: bits / tokens.length,
    end,
  };
}

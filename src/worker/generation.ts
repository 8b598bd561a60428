import { parentPort, workerData } from 'node:worker_threads';
import { gradientFlow, linearRnnFlow } from '../analysis/gradient-flow';
import { createEngine } from '../engine/create';
import { createState, type Engine } from '../engine/engine';
import { generate } from '../generation/generate';
import { readCheckpoint, shapeOf } from '../model/checkpoint';
import type { Configuration } from '../model/configuration';
import type { GenerationMethods, GenerationTokens, SampledToken } from '../protocol/generation';
import { answer, type RequestMessage, type ResponseMessage } from '../protocol/rpc';
import { normalize } from '../text/normalize';
import type { Tokenizer } from '../text/tokenizer';
import { UserError } from '../text/user-error';

/** Milliseconds between two messages of streamed tokens, and the longest time without a look at `cancel`. */
const streamInterval = 50;
const breathInterval = 5;
/** The same for work that may take only a share of a core, and the longest rest after it: slices too short to be felt. */
const sliceInterval = 2;
const longestRest = 250;

const port = parentPort;
if (!port) throw new Error('The generation worker runs only as a worker thread.');
const { dist } = workerData as { dist: string };

interface Model {
  readonly engine: Engine;
  /** Tells whether other weights fit into the engine: shape, tokenizer and how text is read. */
  readonly kind: string;
  readonly tokenizer: Tokenizer;
  readonly normalize: Configuration['text']['normalize'];
}

/** Engines kept at once. Beyond them the least recently used goes; its model is loaded again when it is asked for. */
const mostEngines = 3;

/** The least recently used first. */
const models = new Map<string, Model>();
/** How many requests are under way in an engine. */
const users = new Map<Engine, number>();
/** Engines to dispose once no request is under way in them. */
const retired = new Set<Engine>();
/** Tickets of requests under way, and whether each was cancelled. */
const active = new Map<number, boolean>();
const breathe = () => new Promise<void>((resolve) => setImmediate(resolve));
const rest = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

const methods: GenerationMethods = {
  async load({ model, bytes }) {
    const { configuration, tokenizer, parameters } = readCheckpoint(bytes, 'The model');
    const vocabulary = tokenizer.vocabulary.length;
    const { engine: how } = configuration.training;
    const { normalize } = configuration.text;
    const shape = shapeOf(configuration, tokenizer);
    const kind = JSON.stringify([how, shape, normalize, tokenizer.serialise()]);
    const held = models.get(model);
    if (held?.kind === kind) {
      // A request under way goes on with the newer weights: it looks away only between two tokens.
      held.engine.parameters.flat.set(parameters.flat);
      use(model);
      return { vocabulary, dropped: [] };
    }
    const engine = await createEngine(how, shape, { dist, threads: 1 });
    engine.parameters.flat.set(parameters.flat);
    forget(model);
    models.set(model, { engine, kind, tokenizer, normalize });
    const dropped = [...models.keys()].slice(0, -mostEngines);
    for (const oldest of dropped) forget(oldest);
    return { vocabulary, dropped };
  },

  async continue({ model, prompt, options, seed, stop, alternatives, ticket, stream, share = 1 }) {
    const { engine, tokenizer, normalize } = use(model);
    const tokens: SampledToken[] = [];
    let sent = 0;
    let sentAt = performance.now();
    let breathedAt = performance.now();
    const send = () => {
      if (stream && tokens.length > sent) {
        port.postMessage({ type: 'tokens', ticket, tokens: tokens.slice(sent) } satisfies GenerationTokens);
      }
      sent = tokens.length;
      sentAt = performance.now();
    };
    active.set(ticket, false);
    users.set(engine, (users.get(engine) ?? 0) + 1);
    try {
      const request = { engine, tokenizer, normalize, prompt, options, seed, stop, alternatives };
      for (const token of generate(request)) {
        if (token.text || alternatives > 0) tokens.push(token);
        if (performance.now() - sentAt > streamInterval) send();
        const worked = performance.now() - breathedAt;
        if (worked > (share < 1 ? sliceInterval : breathInterval)) {
          if (share < 1) await rest(Math.min(longestRest, worked * (1 / share - 1)));
          else await breathe();
          breathedAt = performance.now();
          if (active.get(ticket)) return { tokens, cancelled: true };
        }
      }
      send();
      return { tokens, cancelled: false };
    } finally {
      active.delete(ticket);
      release(engine);
    }
  },

  async cancel({ ticket }) {
    if (active.has(ticket)) active.set(ticket, true);
  },

  async flow({ model, text, steps }) {
    const { engine, tokenizer, normalize: how } = use(model);
    const ids = tokenizer.encode(normalize(text, how === 'd2l' ? 'letters' : how));
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
    return {
      token: tokenizer.vocabulary[ids[ids.length - 1]],
      before: Array.from(window.inputs, (id) => tokenizer.vocabulary[id]).reverse(),
      norms,
      linear,
      bits: -logProbabilities[ids[ids.length - 1]] / Math.LN2,
    };
  },

  async unload({ model }) {
    forget(model);
  },
};

/** A model that is loaded, as the one most recently used. */
function use(name: string): Model {
  const model = models.get(name);
  if (!model) throw new Error(`No model ${name} is loaded.`);
  models.delete(name);
  models.set(name, model);
  return model;
}

/** Takes a model away. Its engine is disposed when nothing is under way in it. */
function forget(name: string): void {
  const engine = models.get(name)?.engine;
  models.delete(name);
  if (!engine) return;
  if (users.has(engine)) retired.add(engine);
  else engine.dispose();
}

/** A request in an engine is over. */
function release(engine: Engine): void {
  const left = (users.get(engine) ?? 1) - 1;
  if (left > 0) {
    users.set(engine, left);
    return;
  }
  users.delete(engine);
  if (retired.delete(engine)) engine.dispose();
}

port.on('message', (message: RequestMessage) => {
  const post = (response: ResponseMessage) => port.postMessage(response);
  void answer(methods, message, post, (error) => error instanceof UserError);
});

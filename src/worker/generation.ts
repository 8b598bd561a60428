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
  readonly tokenizer: Tokenizer;
  readonly normalize: Configuration['text']['normalize'];
}

const models = new Map<string, Model>();
/** Tickets of requests under way, and whether each was cancelled. */
const active = new Map<number, boolean>();
const breathe = () => new Promise<void>((resolve) => setImmediate(resolve));
const rest = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

const methods: GenerationMethods = {
  async load({ model, bytes }) {
    const { configuration, tokenizer, parameters } = readCheckpoint(bytes, 'The model');
    const engine = await createEngine(configuration.training.engine, shapeOf(configuration, tokenizer), {
      dist,
      threads: 1,
    });
    engine.parameters.flat.set(parameters.flat);
    models.get(model)?.engine.dispose();
    models.set(model, { engine, tokenizer, normalize: configuration.text.normalize });
    return { vocabulary: tokenizer.vocabulary.length };
  },

  async continue({ model, prompt, options, seed, stop, alternatives, ticket, stream, share = 1 }) {
    const { engine, tokenizer, normalize } = models.get(model) ?? fail(`No model ${model} is loaded.`);
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
          // Another request may have replaced the model meanwhile; its engine is gone then.
          if (active.get(ticket) || models.get(model)?.engine !== engine) return { tokens, cancelled: true };
        }
      }
      send();
      return { tokens, cancelled: false };
    } finally {
      active.delete(ticket);
    }
  },

  async cancel({ ticket }) {
    if (active.has(ticket)) active.set(ticket, true);
  },

  async flow({ model, text, steps }) {
    const { engine, tokenizer, normalize: how } = models.get(model) ?? fail(`No model ${model} is loaded.`);
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
    models.get(model)?.engine.dispose();
    models.delete(model);
  },
};

function fail(message: string): never {
  throw new Error(message);
}

port.on('message', (message: RequestMessage) => {
  const post = (response: ResponseMessage) => port.postMessage(response);
  void answer(methods, message, post, (error) => error instanceof UserError);
});

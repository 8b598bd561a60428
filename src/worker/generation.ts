import { parentPort, workerData } from 'node:worker_threads';
import { createEngine } from '../engine/create';
import type { Engine } from '../engine/engine';
import { generate } from '../generation/generate';
import { readCheckpoint, shapeOf } from '../model/checkpoint';
import type { Configuration } from '../model/configuration';
import type { GenerationMethods, GenerationTokens, SampledToken } from '../protocol/generation';
import { answer, type RequestMessage, type ResponseMessage } from '../protocol/rpc';
import type { Tokenizer } from '../text/tokenizer';
import { UserError } from '../text/user-error';

/** Milliseconds between two messages of streamed tokens, and the longest time without a look at `cancel`. */
const streamInterval = 50;
const breathInterval = 5;

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

  async continue({ model, prompt, options, seed, stop, alternatives, ticket, stream }) {
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
        if (performance.now() - breathedAt > breathInterval) {
          await breathe();
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

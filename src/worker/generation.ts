import { parentPort, workerData } from 'node:worker_threads';
import { textFlow } from '../analysis/text-flow';
import { createEngine } from '../engine/create';
import type { Engine } from '../engine/engine';
import { generate } from '../generation/generate';
import { ModelCache } from '../generation/model-cache';
import type { PromptReport } from '../generation/prompt';
import { nothingUnknown } from '../generation/unknown';
import { readCheckpoint, shapeOf } from '../model/checkpoint';
import { type Configuration, parseGeneration } from '../model/configuration';
import type { ContinueResult, End, GenerationMethods, GenerationTokens, SampledToken } from '../protocol/generation';
import { answer, type RequestMessage, type ResponseMessage } from '../protocol/rpc';
import { wholeClusters } from '../text/clusters';
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

const models = new ModelCache<Model>(mostEngines);
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
    const held = models.find(model);
    // A request under way ends with the weights that it began with, which its result names.
    if (held?.kind === kind && !models.isHeld(held)) {
      held.engine.parameters.flat.set(parameters.flat);
      return { vocabulary, dropped: [] };
    }
    const engine = await createEngine(how, shape, { dist, threads: 1 });
    engine.parameters.flat.set(parameters.flat);
    return { vocabulary, dropped: models.put(model, { engine, kind, tokenizer, normalize }) };
  },

  async continue({ model, prompt, follow, options: asked, seed, stop, alternatives, ticket, stream, share = 1 }) {
    const used = models.use(model);
    const { engine, tokenizer, normalize } = used;
    const options = parseGeneration({ ...asked, prompt: '' }, normalize, 'Sampling');
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
    let told: PromptReport = { unknown: nothingUnknown, surprise: 0, notes: [] };
    const report = (how: PromptReport) => {
      told = how;
    };
    const result = (end?: End): ContinueResult => {
      const text = tokens.map((token) => token.text).join('');
      const whole = end === 'length' ? wholeClusters(text) : text;
      return { tokens, text: whole, end, cancelled: end === undefined, ...told };
    };
    active.set(ticket, false);
    const release = models.hold(used);
    try {
      const request = { engine, tokenizer, normalize, prompt, follow, options, seed, stop, alternatives, report };
      const writing = generate(request);
      for (let next = writing.next(); ; next = writing.next()) {
        if (next.done) {
          send();
          return result(next.value);
        }
        if (next.value) tokens.push(next.value);
        if (performance.now() - sentAt > streamInterval) send();
        const worked = performance.now() - breathedAt;
        if (worked > (share < 1 ? sliceInterval : breathInterval)) {
          if (share < 1) await rest(Math.min(longestRest, worked * (1 / share - 1)));
          else await breathe();
          breathedAt = performance.now();
          if (active.get(ticket)) return result();
        }
      }
    } finally {
      active.delete(ticket);
      release();
    }
  },

  async cancel({ ticket }) {
    if (active.has(ticket)) active.set(ticket, true);
  },

  async flow({ model, text, steps }) {
    const { engine, tokenizer, normalize } = models.use(model);
    return textFlow(engine, tokenizer, text, steps, normalize);
  },

  async unload({ model }) {
    models.forget(model);
  },
};

port.on('message', (message: RequestMessage) => {
  const post = (response: ResponseMessage) => port.postMessage(response);
  void answer(methods, message, post, (error) => error instanceof UserError);
});

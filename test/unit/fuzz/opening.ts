import { performance } from 'node:perf_hooks';
import { createEngine } from '../../../src/engine/create';
import type { Engine } from '../../../src/engine/engine';
import { continueText } from '../../../src/generation/continue';
import { ModelCache } from '../../../src/generation/model-cache';
import { type Checkpoint, readCheckpoint, shapeOf } from '../../../src/model/checkpoint';
import { OverflowError } from '../../../src/model/overflow';
import { UserError } from '../../../src/text/user-error';
import { TrainingControl } from '../../../src/training/control';
import { evaluateAll } from '../../../src/training/perplexity';
import { run } from '../../../src/training/run';
import { processorTime } from '../model/processor-time';
import { text } from '../model/small-models';
import { dist } from '../training/train';
import { foreign } from './mutants';

/** What became of a file. */
export type Outcome = 'refused' | 'works' | 'overflows';

/** What opening a file took. */
export interface Opened {
  readonly outcome: Outcome;
  readonly checkpoint?: Checkpoint;
  /** Of one that is refused. */
  readonly message?: string;
  /** Of the processor. */
  readonly milliseconds: number;
  /** Bytes of heap and of buffers that were taken meanwhile, those included that are free again. */
  readonly taken: number;
}

const used = () => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

/** Reads a file. Throws whatever is thrown that is no UserError. */
export function open(bytes: Uint8Array): Opened {
  const before = used();
  const elapsed = processorTime();
  const measured = () => ({ milliseconds: elapsed(), taken: Math.max(0, used() - before) });
  try {
    const checkpoint = readCheckpoint(bytes, 'x.safetensors');
    return { outcome: 'works', checkpoint, ...measured() };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { outcome: 'refused', message: error.message, ...measured() };
  }
}

/** What is wrong with a message; undefined if it is one sentence that shows little of the file. */
export function faultOfMessage(message: string): string | undefined {
  if (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(message)) return 'it has a mark that cannot be seen';
  if (message.length > 400) return `it has ${message.length} characters`;
  if (message.split(foreign).length > 61) return 'it shows more than 60 characters of the file';
  return /^x\.safetensors.+[.]$/.test(message) ? undefined : 'it is no sentence about the file';
}

/** Engines that models of the same shape take one after another. */
const engines = new ModelCache<{ readonly engine: Engine }>(24);
const shapes = new Set<string>();

async function engineFor({ configuration, tokenizer, parameters }: Checkpoint): Promise<Engine> {
  const shape = shapeOf(configuration, tokenizer);
  const name = JSON.stringify(shape);
  const engine = engines.find(name)?.engine ?? (await createEngine('fused', shape, { dist, threads: 1 }));
  if (!engines.find(name)) engines.put(name, { engine });
  shapes.add(name);
  engine.parameters.flat.set(parameters.flat);
  return engine;
}

/**
 * Measures a text with a model and lets it write: both give numbers, or say in one sentence that its weights give none.
 * @throws Error if it is neither
 */
export async function use(checkpoint: Checkpoint): Promise<Outcome> {
  const { tokenizer } = checkpoint;
  const engine = await engineFor(checkpoint);
  try {
    const { nats, tokens } = evaluateAll(engine, tokenizer.encode(text.slice(0, 20)), 1, 8);
    if (!Number.isFinite(nats) || tokens < 1) throw new Error(`${nats} nats of ${tokens} tokens`);
    const options = { temperature: 0.8, topK: 0, topP: 1, length: 4 };
    for (const token of continueText({ engine, tokenizer, prompt: 'the ', options, seed: 1, alternatives: 2 })) {
      if (token && !Number.isFinite(token.bits)) throw new Error(`a token of ${token.bits} bits`);
    }
    return 'works';
  } catch (error) {
    if (error instanceof OverflowError) return 'overflows';
    throw error;
  }
}

/** Goes on training from a file for two steps. Throws whatever is thrown that is no UserError. */
export async function goOn(bytes: Uint8Array, { configuration, resume }: Checkpoint): Promise<void> {
  const step = resume?.progress.step ?? 0;
  const training = {
    ...configuration.training,
    batch: 2,
    steps: 4,
    engine: 'fused',
    threads: 1,
    revectorize: false,
  } as const;
  const control = new TrainingControl();
  const request = {
    text: new TextEncoder().encode(text),
    source: 'fox.txt',
    configuration: { ...configuration, training, generation: { ...configuration.generation, length: 3 } },
    resume: bytes,
    dist,
  };
  const clock = { now: () => performance.now(), breathe: () => Promise.resolve() };
  try {
    for await (const event of run(request, control, clock)) {
      if (event.event === 'step' && event.step >= step + 2) control.stop();
      if (event.event === 'checkpoint' && event.reason !== 'initial') readCheckpoint(event.bytes, 'what was saved');
    }
  } catch (error) {
    if (!(error instanceof UserError) || error.message.startsWith('what was saved')) throw error;
  }
}

/** Frees the engines. */
export function close(): void {
  for (const name of shapes) engines.forget(name);
}

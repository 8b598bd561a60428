import { createState } from '../../engine/engine';
import { createFusedEngine } from '../../engine/fused';
import { sampleToken } from '../../generation/sample';
import { modelSchema } from '../../model/configuration';
import { initialise } from '../../model/initialisation';
import { Random } from '../../model/random';
import { prepareCorpus } from '../../text/corpus';
import { sequentialWindows } from '../../text/windows';
import { adam } from './contestants';
import { type Timing, timing } from './rows';

const steps = 35;
const batch = 32;

/** Characters a second that GRU-256 samples at temperature 0.8, batch 1, one thread. */
export async function generationSpeed(dist: string, rounds: number): Promise<Timing> {
  const shape = { ...modelSchema.parse({}), vocabulary: 28 };
  const engine = await createFusedEngine(shape, { dist, threads: 1 });
  initialise(engine.parameters, 'uniform', 1);
  const state = createState(shape, 1);
  const input = new Int32Array(1); // (1)
  const random = new Random(1);
  const options = { temperature: 0.8, topK: 0, topP: 1 };
  const run = (length: number) => {
    const start = performance.now();
    for (let i = 0; i < length; i++) input[0] = sampleToken(engine.step(input, state), options, () => random.uniform());
    return (1000 * length) / (performance.now() - start);
  };
  run(2000);
  const speeds = Array.from({ length: rounds }, () => run(10_000));
  engine.dispose();
  return timing(speeds);
}

/** Seconds of one epoch of a text with GRU-256, batch 32, 35 steps, all threads, and the perplexity it ends with. */
export async function epochTime(text: string, name: string, dist: string, threads: number) {
  const options = { tokenizer: 'characters', vocabularySize: 1024, minFrequency: 1, normalize: 'none' } as const;
  const corpus = prepareCorpus(text, { ...options, limit: 0, validation: 0 }, name);
  const shape = { ...modelSchema.parse({}), vocabulary: corpus.tokenizer.vocabulary.length };
  const engine = await createFusedEngine(shape, { dist, threads });
  initialise(engine.parameters, 'uniform', 1);
  const state = createState(shape, batch);
  const start = performance.now();
  let count = 0;
  let loss = 0;
  for (const window of sequentialWindows(corpus.training, batch, steps, 0)) {
    const { nats, tokens, norm } = engine.gradient(window, state);
    engine.apply(adam(++count), Math.min(1, 1 / norm));
    loss = nats / tokens;
  }
  const seconds = (performance.now() - start) / 1000;
  engine.dispose();
  return { text: name, characters: corpus.characters, seconds, updates: count, lastPerplexity: Math.exp(loss) };
}

import { type Checkpoint, type Progress, shapeOf, writeCheckpoint } from '../../../src/model/checkpoint';
import { parseConfiguration } from '../../../src/model/configuration';
import { initialise } from '../../../src/model/initialisation';
import { ParameterTable } from '../../../src/model/parameters';
import { Random } from '../../../src/model/random';
import { prepareCorpus } from '../../../src/text/corpus';
import type { TokenizerKind } from '../../../src/text/tokenizer';
import { Plan } from '../../../src/training/plan';

/** What the small models are of. */
export const text = 'the quick brown fox jumps over the lazy dog, naïve – 🦊. '.repeat(4);

/** Rows of the state that they go on with. */
export const batch = 2;

/** A model as a run of a few steps leaves it, without having been trained. */
export function smallModel(
  model: object = {},
  tokenizer: TokenizerKind = 'characters',
  progress: Partial<Progress> = {},
): Checkpoint & { readonly resume: NonNullable<Checkpoint['resume']> } {
  const configuration = parseConfiguration(
    {
      model: { hidden: 3, ...model },
      text: { tokenizer, vocabularySize: 272, minFrequency: 1 },
      training: { batch, steps: 4 },
      generation: { length: 5 },
    },
    'Test',
  );
  const corpus = prepareCorpus(text, configuration.text, 'fox.txt');
  const learnt = corpus.tokenizer;
  const plan = new Plan(corpus, configuration, configuration.training);
  const parameters = new ParameterTable(shapeOf(configuration, learnt));
  initialise(parameters, configuration.model.init, 1);
  const { layers, hidden: H, cell } = configuration.model;
  const random = new Random(5);
  const vector = (length: number, of: (u: number) => number) =>
    Float32Array.from({ length }, () => of(random.uniform()));
  const N = parameters.flat.length;
  return {
    configuration,
    tokenizer: learnt,
    parameters,
    resume: {
      progress: {
        step: 7,
        epoch: 1,
        windows: 2,
        random: random.save(),
        seconds: 1.25,
        epochNats: 40.5,
        epochTokens: 16,
        bestNats: 2.5,
        bestStep: 5,
        evaluationsSinceBest: 1,
        sinceCut: [3, 0],
        corpus: plan.corpusName,
        place: plan.place,
        updates: 7,
        batch,
        ...progress,
      },
      first: vector(N, (u) => (u - 0.5) * 1e-2),
      second: vector(N, (u) => u * 1e-4),
      hidden: vector(layers * batch * H, (u) => 2 * u - 1),
      cell: vector(cell === 'lstm' ? layers * batch * H : 0, (u) => 4 * u - 2),
    },
  };
}

/** The same as a file. */
export const smallFile = (...model: Parameters<typeof smallModel>): Uint8Array => writeCheckpoint(smallModel(...model));

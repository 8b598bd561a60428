import { z } from 'zod';
import type { Tokenizer } from '../text/tokenizer';
import { restoreTokenizer } from '../text/tokenizers';
import { UserError } from '../text/user-error';
import { type Configuration, type ModelShape, parseConfiguration } from './configuration';
import { ParameterTable } from './parameters';
import { type NamedTensor, readTensors, writeTensors } from './safetensors';

/** Where a run stood, so that a resumed one goes on as if it had never stopped. */
const progressSchema = z.object({
  step: z.int().min(0),
  /** Whole epochs done. */
  epoch: z.int().min(0),
  /** Windows done in the present epoch. */
  windows: z.int().min(0),
  /** Words of the random generator of dropout and truncation. */
  random: z.array(z.int()).length(4),
  seconds: z.number(),
  /** Total nats and tokens of the present epoch. */
  epochNats: z.number(),
  epochTokens: z.number(),
  bestNats: z.number().optional(),
  bestStep: z.int().optional(),
  evaluationsSinceBest: z.int(),
  /** Steps since the last cut of each row, under random truncation. */
  sinceCut: z.array(z.int()).optional(),
  /** Names the text, and the split of it, that the best model was measured on. */
  corpus: z.string().optional(),
  /** Names the windows that `windows` counts, within that text. */
  place: z.string().optional(),
  /** Updates that the optimizer's moments have seen, for their bias correction; as many as steps if absent. */
  updates: z.int().min(0).optional(),
  /** Steps that the run was to have, which a schedule may span. */
  totalSteps: z.int().min(0).optional(),
  /** B, if there is a carried state. */
  batch: z.int().min(1).optional(),
});

export type Progress = z.infer<typeof progressSchema>;

/** A run's model: weights, configuration and tokenizer; and, to go on training, its optimizer and its place. */
export interface Checkpoint {
  readonly configuration: Configuration;
  readonly tokenizer: Tokenizer;
  readonly parameters: ParameterTable;
  readonly resume?: {
    readonly progress: Progress;
    readonly first: Float32Array; // (N)
    readonly second: Float32Array; // (N)
    readonly hidden: Float32Array; // (L, B, H)
    readonly cell: Float32Array; // (L, B, H) or (0)
  };
}

const format = 'recurrent-1';

/** The model's shape as configuration and tokenizer say it. */
export function shapeOf(configuration: Configuration, tokenizer: Tokenizer): ModelShape {
  return { ...configuration.model, vocabulary: tokenizer.vocabulary.length };
}

/** The bytes of one safetensors file; configuration, tokenizer and progress are JSON texts in its metadata. */
export function writeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const { configuration, tokenizer, parameters, resume } = checkpoint;
  const tensors: NamedTensor[] = parameters.entries.map(({ name, shape }) => ({
    name,
    shape,
    values: parameters.get(name),
  }));
  const metadata: Record<string, string> = {
    format,
    configuration: JSON.stringify(configuration),
    tokenizer: JSON.stringify(tokenizer.serialise()),
  };
  if (resume) {
    metadata.progress = JSON.stringify(resume.progress);
    for (const part of ['first', 'second', 'hidden', 'cell'] as const) {
      if (resume[part].length > 0)
        tensors.push({ name: `resume.${part}`, shape: [resume[part].length], values: resume[part] });
    }
  }
  return writeTensors({ metadata, tensors });
}

/**
 * Reads and validates a checkpoint: format, configuration, tokenizer, and that every parameter of the model is there in its
 * shape and finite.
 * @param source names the file in messages
 * @throws UserError with what is wrong
 */
export function readCheckpoint(bytes: Uint8Array, source: string): Checkpoint {
  const { metadata, tensors } = readTensors(bytes, source);
  const corrupt = (what: string) =>
    new UserError(`${source} is not a usable checkpoint: ${what}. Choose another file or train again.`);
  if (metadata.format !== format) {
    throw corrupt(metadata.format ? `its format is ${metadata.format}, not ${format}` : 'Recurrent did not write it');
  }
  const part = (name: string): unknown => {
    try {
      return JSON.parse(metadata[name] ?? '');
    } catch {
      throw corrupt(`its ${name} is not JSON`);
    }
  };
  const configuration = parseConfiguration(part('configuration'), source);
  const tokenizer = restoreTokenizer(part('tokenizer'), source);
  const parameters = new ParameterTable(shapeOf(configuration, tokenizer));
  const found = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  for (const { name, shape } of parameters.entries) {
    const tensor = found.get(name);
    if (!tensor) throw corrupt(`it lacks the parameter ${name}`);
    if (tensor.shape.join() !== shape.join()) {
      throw corrupt(
        `parameter ${name} has shape (${tensor.shape.join(', ')}) where the model has (${shape.join(', ')})`,
      );
    }
    if (!tensor.values.every(Number.isFinite)) throw corrupt(`parameter ${name} has values that are not finite`);
    parameters.get(name).set(tensor.values);
  }
  if (metadata.progress === undefined) return { configuration, tokenizer, parameters };
  const progress = progressSchema.safeParse(part('progress'));
  if (!progress.success) throw corrupt(`its progress is damaged at ${progress.error.issues[0].path.join('.')}`);
  const N = parameters.flat.length;
  const { layers, hidden: H, cell } = configuration.model;
  const size = layers * (progress.data.batch ?? 0) * H;
  const vector = (name: string, length: number): Float32Array => {
    const values = found.get(`resume.${name}`)?.values ?? new Float32Array(0);
    if (values.length !== length) throw corrupt(`resume.${name} has ${values.length} values instead of ${length}`);
    return values;
  };
  return {
    configuration,
    tokenizer,
    parameters,
    resume: {
      progress: progress.data,
      first: vector('first', N),
      second: vector('second', N),
      hidden: vector('hidden', size),
      cell: vector('cell', cell === 'lstm' ? size : 0),
    },
  };
}

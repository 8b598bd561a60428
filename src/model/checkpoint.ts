import { z } from 'zod';
import { quote } from '../text/quote';
import type { Tokenizer } from '../text/tokenizer';
import { restoreTokenizer } from '../text/tokenizers';
import { type JsonLimits, parseBounded } from './bounded-json';
import { type Configuration, type ModelShape, parseConfiguration } from './configuration';
import { areFinite, areUsableMoments, isUsableState, type TrainingState } from './finite';
import { ParameterTable, parameterLayout } from './parameters';
import {
  copyTensor,
  describeShape,
  locateTensors,
  type NamedTensor,
  readHeader,
  type TensorHeader,
  type TensorPlace,
  unusable,
  writeTensors,
} from './safetensors';

/** Whole numbers. A schema of a list would make an issue of every element. */
const wholeNumbers = z.custom<number[]>((value) => Array.isArray(value) && value.every(Number.isSafeInteger));

/** Where a run stood, so that a resumed one goes on as if it had never stopped. */
const progressSchema = z.object({
  step: z.int().min(0),
  /** Whole epochs done. */
  epoch: z.int().min(0),
  /** Windows done in the present epoch. */
  windows: z.int().min(0),
  /** Words of the random generator of dropout and truncation. */
  random: wholeNumbers,
  seconds: z.number(),
  /** Total nats and tokens of the present epoch. */
  epochNats: z.number(),
  epochTokens: z.number(),
  bestNats: z.number().optional(),
  bestStep: z.int().optional(),
  evaluationsSinceBest: z.int(),
  /** Steps since the last cut of each row, under random truncation. */
  sinceCut: wholeNumbers.optional(),
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
  readonly resume?: TrainingState & { readonly progress: Progress };
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

/** Of a configuration, and of a progress, which has a list of no more than the rows of a batch. */
const configurationLimits = { depth: 8, values: 1000 };
const progressLimits = { depth: 8, values: 10_000 };

/**
 * Reads and validates a checkpoint. Everything is compared with the file's own size before room is made for it: the header
 * with the format's rules, the tensors with those of the model, the tokenizer with the model's vocabulary, what training goes
 * on with with what a run can have left.
 * @param source names the file in messages
 * @throws UserError with what is wrong
 */
export function readCheckpoint(bytes: Uint8Array, source: string): Checkpoint {
  const header = readHeader(bytes, source);
  const { metadata } = header;
  if (metadata.format !== format) {
    const named = metadata.format ? `its format is ${quote(metadata.format)}, not ${format}` : undefined;
    throw unusable(source, named ?? 'Recurrent did not write it');
  }
  const part = (name: string, limits: JsonLimits): unknown =>
    parseBounded(metadata[name] ?? '', limits, (fault) => unusable(source, `its ${name} ${fault}`));
  const places = locateTensors(header, source);
  const configuration = parseConfiguration(part('configuration', configurationLimits), source);
  const progress =
    metadata.progress === undefined ? undefined : parseProgress(part('progress', progressLimits), source);
  const shape = { ...configuration.model, vocabulary: vocabularyOf(places, source) };
  checkTensors(shape, progress, places, source);
  // A merge is a list of two numbers.
  const tokenizer = restoreTokenizer(part('tokenizer', { depth: 3, values: 3 * shape.vocabulary + 8 }), source);
  const V = tokenizer.vocabulary.length;
  if (V !== shape.vocabulary) {
    throw unusable(source, `its tokenizer has ${V} tokens where its model has ${shape.vocabulary}`);
  }
  if (tokenizer.kind !== configuration.text.tokenizer) {
    throw unusable(source, `its tokenizer is of ${tokenizer.kind}, not of ${configuration.text.tokenizer}`);
  }
  const parameters = new ParameterTable(shape);
  for (const { name } of parameters.entries) {
    copyTensor(header, places.get(name)!, parameters.get(name));
    if (!areFinite(parameters.get(name))) throw unusable(source, `parameter ${name} has values that are not finite`);
  }
  const model = { configuration, tokenizer, parameters };
  return progress ? { ...model, resume: { progress, ...readState(header, places, configuration, source) } } : model;
}

function parseProgress(value: unknown, source: string): Progress {
  const progress = progressSchema.safeParse(value);
  if (!progress.success) {
    throw unusable(source, `its progress is damaged at ${progress.error.issues[0].path.join('.') || 'its beginning'}`);
  }
  const fault = faultOfProgress(progress.data);
  if (fault) throw unusable(source, `its progress is damaged: ${fault}`);
  return progress.data;
}

/** Steps and seconds beyond which no run has been, and characters of a name of a text or of its windows. */
const mostOfAnything = 1e15;
const longestName = 200;

/** −log p may be below 0 by rounding, in nats a token. */
const rounding = 0.01;

/** What no run can have left so; undefined if there is nothing of the kind. */
function faultOfProgress(progress: Progress): string | undefined {
  const {
    step,
    random,
    epochNats,
    epochTokens,
    bestNats,
    bestStep,
    sinceCut,
    batch,
    corpus = '',
    place = '',
  } = progress;
  for (const [name, value] of Object.entries(progress)) {
    if (typeof value !== 'number' || name === 'epochNats' || name === 'bestNats') continue;
    if (!(value >= 0 && value <= mostOfAnything)) return `${name} is ${value}`;
  }
  for (const name of ['epoch', 'windows', 'updates', 'bestStep'] as const) {
    const value = progress[name] ?? 0;
    if (value > step) return `${name} (${value}) is more than step (${step})`;
  }
  if (
    random.length !== 4 ||
    !random.every((word) => word >= 0 && word < 2 ** 32) ||
    random.every((word) => word === 0)
  ) {
    return 'random is no state of the random generator';
  }
  const leastNats = -rounding * epochTokens;
  if (!Number.isInteger(epochTokens) || epochNats < leastNats || (epochTokens === 0 && epochNats !== 0)) {
    return `epochNats (${epochNats}) is no sum over epochTokens (${epochTokens})`;
  }
  if ((bestNats === undefined) !== (bestStep === undefined) || (bestNats ?? 0) < -rounding) {
    return `bestNats (${bestNats ?? 'none'}) is no loss of bestStep (${bestStep ?? 'none'})`;
  }
  if (sinceCut && (sinceCut.length !== batch || !sinceCut.every((steps) => steps >= 0 && steps <= mostOfAnything))) {
    return 'sinceCut is not one count of steps for each row of the batch';
  }
  return corpus.length > longestName || place.length > longestName ? 'a name is too long' : undefined;
}

/** V, as the output layer's bias has it, which every model has. */
function vocabularyOf(places: ReadonlyMap<string, TensorPlace>, source: string): number {
  const bias = places.get('b_q');
  if (!bias) throw unusable(source, 'it lacks the parameter b_q');
  if (bias.shape.length !== 1) throw unusable(source, `parameter b_q has shape ${describeShape(bias.shape)}`);
  return bias.shape[0];
}

/** Refuses a file that lacks a tensor of the model or of its training, has one in another shape, or has one more. */
function checkTensors(
  shape: ModelShape,
  progress: Progress | undefined,
  places: ReadonlyMap<string, TensorPlace>,
  source: string,
): void {
  const others = new Set(places.keys());
  let N = 0;
  for (const { name, shape: wanted, size } of parameterLayout(shape)) {
    const place = places.get(name);
    if (!place) throw unusable(source, `it lacks the parameter ${name}`);
    if (place.shape.join() !== wanted.join()) {
      throw unusable(
        source,
        `parameter ${name} has shape ${describeShape(place.shape)} where the model has ${describeShape(wanted)}`,
      );
    }
    others.delete(name);
    N += size;
  }
  if (progress) {
    const state = shape.layers * (progress.batch ?? 0) * shape.hidden;
    const sizes = { first: N, second: N, hidden: state, cell: shape.cell === 'lstm' ? state : 0 };
    for (const [part, wanted] of Object.entries(sizes)) {
      const place = places.get(`resume.${part}`);
      const size = place ? (place.end - place.begin) / 4 : 0;
      if (size !== wanted) throw unusable(source, `resume.${part} has ${size} values instead of ${wanted}`);
      others.delete(`resume.${part}`);
    }
  }
  const [other] = others;
  if (other !== undefined) throw unusable(source, `its model has no tensor ${quote(other)}`);
}

/** What training goes on with, from tensors whose sizes are checked. */
function readState(
  header: TensorHeader,
  places: ReadonlyMap<string, TensorPlace>,
  { model }: Configuration,
  source: string,
): TrainingState {
  const read = (part: keyof TrainingState): Float32Array => {
    const place = places.get(`resume.${part}`);
    const values = new Float32Array(place ? (place.end - place.begin) / 4 : 0);
    if (place) copyTensor(header, place, values);
    return values;
  };
  const state = { first: read('first'), second: read('second'), hidden: read('hidden'), cell: read('cell') };
  if (!areUsableMoments(state)) {
    throw unusable(source, 'resume.first or resume.second has values that are no moments of an optimizer');
  }
  if (!isUsableState(model, state)) {
    throw unusable(source, 'resume.hidden or resume.cell has values that are no state of its model');
  }
  return state;
}

import { z } from 'zod';
import { escapeText, quote } from '../text/quote';
import { largestVocabulary } from '../text/tokenizer-data';
import { UserError } from '../text/user-error';
import { conflictsOf, type OptionName } from './conflicts';

/**
 * Everything a person can choose about a run, in one place. The settings in package.json, the options of the command
 * line, the checks and the defaults are all derived from these schemas: a group here is a group of settings
 * (`recurrent.<group>.<name>`), and a name here is a long option (`--max-steps` for `maxSteps`).
 */

/** Which text is learnt and how it becomes tokens. */
export const textSchema = z.strictObject({
  tokenizer: z
    .enum(['characters', 'words', 'subwords'])
    .default('characters')
    .describe('What a token is: a character, a word, or a subword (byte-pair merges learnt from the text).'),
  vocabularySize: z
    .int()
    .min(256)
    .max(largestVocabulary)
    .default(1024)
    .describe('Largest vocabulary for words and subwords; characters always keep all of theirs.'),
  minFrequency: z.int().min(1).max(1000).default(2).describe('Words that occur less often than this become <unk>.'),
  normalize: z
    .enum(['none', 'lowercase', 'letters', 'd2l'])
    .default('none')
    .describe(
      'What is done to the text first: nothing, lower case, letters only (everything else becomes one space), or the lecture’s own (letters only per line, lines joined with nothing between).',
    ),
  limit: z
    .int()
    .min(0)
    .max(2_000_000_000)
    .default(0)
    .describe('Use only this many characters of the normalised text; 0 uses all.'),
  validation: z
    .number()
    .min(0)
    .max(0.5)
    .default(0.1)
    .describe('Share of the text, at its end, held out for validation; 0 holds out nothing.'),
});

/** The model: what is trained. */
export const modelSchema = z.strictObject({
  cell: z.enum(['rnn', 'gru', 'lstm']).default('gru').describe('The recurrent cell.'),
  activation: z
    .enum(['tanh', 'relu', 'identity'])
    .default('tanh')
    .describe('Activation of the RNN cell; identity makes the linear RNN. GRU and LSTM ignore it.'),
  reset: z
    .enum(['before', 'after'])
    .default('before')
    .describe(
      'Where the GRU applies its reset gate: before the recurrent product (the lecture) or after it (PyTorch, cuDNN).',
    ),
  hidden: z.int().min(1).max(4096).default(256).describe('Hidden units of each layer.'),
  layers: z.int().min(1).max(8).default(1).describe('Recurrent layers, one above the other.'),
  embedding: z.int().min(0).max(4096).default(0).describe('Size of the token embedding; 0 feeds one-hot vectors.'),
  tied: z
    .boolean()
    .default(false)
    .describe('Use the embedding’s matrix for the output layer too; needs an embedding as large as the hidden state.'),
  dropout: z
    .number()
    .min(0)
    .max(0.9)
    .default(0)
    .describe('Share of each layer’s outputs dropped on their way up while training (never on the recurrent path).'),
  forgetBias: z.number().min(-5).max(5).default(0).describe('Initial bias of the LSTM’s forget gate.'),
  init: z
    .enum(['uniform', 'normal'])
    .default('uniform')
    .describe(
      'Initial weights: uniform in ±1/√H with uniform biases (PyTorch), or normal with deviation 0.01 and zero biases (the lecture).',
    ),
});

/** The loop: how it is trained. */
export const trainingSchema = z.strictObject({
  batch: z.int().min(1).max(4096).default(32).describe('Rows of text learnt side by side (B).'),
  steps: z
    .int()
    .min(1)
    .max(4096)
    .default(35)
    .describe('Time steps of one window (T); without truncation a window is a whole row of the text instead.'),
  sampling: z
    .enum(['sequential', 'random'])
    .default('sequential')
    .describe('How windows are drawn: in order, with the state carried over, or at random, with the state reset.'),
  truncation: z
    .enum(['none', 'fixed', 'random'])
    .default('fixed')
    .describe(
      'How far gradients flow back: through the whole row of the text, a fixed number of steps, or a random one (reweighted).',
    ),
  truncateEvery: z
    .int()
    .min(0)
    .max(4096)
    .default(0)
    .describe(
      'With fixed truncation, cut the gradient every this many steps, at most those of a window; 0 cuts at the window’s edge only.',
    ),
  truncateProbability: z
    .number()
    .min(0)
    .max(0.99)
    .default(0)
    .describe(
      'With random truncation, the constant probability of a cut at each step; 0 uses the schedule of α instead.',
    ),
  truncateLength: z
    .number()
    .min(1)
    .max(4096)
    .default(16)
    .describe('With random truncation, the mean length L₀ of the schedule of α.'),
  truncateAlpha: z
    .number()
    .min(3.01)
    .max(100)
    .default(6)
    .describe('With random truncation, the exponent α of the schedule, above 3: there the variance is finite.'),
  optimizer: z.enum(['sgd', 'momentum', 'rmsprop', 'adam', 'adamw']).default('adam').describe('The optimizer.'),
  lr: z.number().min(1e-7).max(100).default(0.002).describe('Learning rate.'),
  momentum: z.number().min(0).max(0.9999).default(0.9).describe('Momentum of the momentum optimizer.'),
  alpha: z.number().min(0).max(0.9999).default(0.95).describe('Smoothing constant of RMSProp.'),
  beta1: z.number().min(0).max(0.9999).default(0.9).describe('First decay rate of Adam and AdamW.'),
  beta2: z.number().min(0).max(0.99999).default(0.999).describe('Second decay rate of Adam and AdamW.'),
  epsilon: z
    .number()
    .min(1e-12)
    .max(1)
    .default(1e-8)
    .describe('Term added to the denominator in RMSProp, Adam and AdamW.'),
  weightDecay: z.number().min(0).max(1).default(0.01).describe('Decoupled weight decay of AdamW.'),
  schedule: z
    .enum(['constant', 'step', 'cosine'])
    .default('constant')
    .describe('How the learning rate changes: not at all, by a factor each epoch, or along half a cosine.'),
  decay: z.number().min(0.01).max(1).default(0.97).describe('Factor per epoch of the step schedule.'),
  decayAfter: z.int().min(0).max(100000).default(0).describe('Epochs before the step schedule begins.'),
  warmup: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(0)
    .describe('Steps over which the learning rate rises from zero, fewer than the run has.'),
  clipping: z
    .enum(['norm', 'value', 'none'])
    .default('norm')
    .describe('How gradients are clipped: by their global norm, by each value, or not at all.'),
  clip: z.number().min(1e-6).max(1e6).default(1).describe('The clipping threshold θ.'),
  epochs: z.int().min(1).max(100000).default(10).describe('Passes over the training text.'),
  maxSteps: z
    .int()
    .min(0)
    .max(100_000_000)
    .default(0)
    .describe('Stop after this many steps; 0 leaves it to the epochs.'),
  patience: z
    .int()
    .min(0)
    .max(1000)
    .default(0)
    .describe('Stop after this many evaluations without a better one; 0 never stops early.'),
  evaluateEvery: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(0)
    .describe('Steps between evaluations on the validation text; 0 chooses (about forty in a run).'),
  continuationEvery: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(0)
    .describe('Steps between sampled continuations; 0 samples after every evaluation.'),
  seed: z
    .int()
    .min(0)
    .max(4294967295)
    .default(0)
    .describe(
      'Seed of all randomness in the run. With another number of threads the same seed gives other last digits.',
    ),
  engine: z
    .enum(['fused', 'tfjs'])
    .default('fused')
    .describe('What computes losses and gradients: our WebAssembly kernel, or TensorFlow.js, the slower reference.'),
  threads: z
    .int()
    .min(0)
    .max(8)
    .default(0)
    .describe(
      'Threads of the fused engine; 0 chooses by the machine. Another number gives other last digits for the same seed.',
    ),
  revectorize: z
    .boolean()
    .default(false)
    .describe(
      'Train in a process of its own in which V8 widens the kernel’s 128-bit instructions to 256 bits, an experiment of V8 that no other extension is touched by; the fused engine becomes about 1.7 times as fast with 128 hidden units or more, and 1.4 times with few. For x64 processors.',
    ),
});

/** How text is sampled from a model. */
export const generationSchema = z.strictObject({
  prompt: z
    .string()
    .default('')
    .describe('Text that continuations start from; empty takes the start of a line of the text.'),
  length: z.int().min(1).max(100000).default(200).describe('Tokens of a continuation.'),
  temperature: z
    .number()
    .min(0)
    .max(10)
    .default(0.8)
    .describe('Temperature of sampling; 0 always takes the likeliest token.'),
  topK: z.int().min(0).max(20000).default(0).describe('Sample only from this many likeliest tokens; 0 from all.'),
  topP: z
    .number()
    .min(0.01)
    .max(1)
    .default(1)
    .describe('Sample only from the likeliest tokens that together reach this probability.'),
  ending: z
    .enum(['length', 'line', 'sentence'])
    .default('length')
    .describe('Where a continuation ends: at its length, or before at the end of a line or of a sentence.'),
  beams: z
    .int()
    .min(0)
    .max(64)
    .default(0)
    .describe(
      'Search for the likeliest continuation along this many beams instead of sampling, whatever the temperature; 0 samples.',
    ),
});

/** The schema of a whole run. */
export const configurationSchema = z.strictObject({
  text: textSchema.prefault({}),
  model: modelSchema.prefault({}),
  training: trainingSchema.prefault({}),
  generation: generationSchema.prefault({}),
});

export type TextConfiguration = z.infer<typeof textSchema>;
export type ModelConfiguration = z.infer<typeof modelSchema>;
export type TrainingConfiguration = z.infer<typeof trainingSchema>;
export type GenerationConfiguration = z.infer<typeof generationSchema>;
export type Configuration = z.infer<typeof configurationSchema>;

export type { OptionName };

const settingName: OptionName = (group, field) => `recurrent.${group}.${field}`;

/**
 * Checks a configuration, ranges first and then conflicts between options.
 * @param value anything, for example settings or a checkpoint's metadata; what is absent takes its default
 * @param where begins the message, for example `Settings` or a file
 * @param nameOf how options are called there
 * @returns the complete configuration
 * @throws UserError naming the first offending option, its value and its range
 */
export function parseConfiguration(value: unknown, where: string, nameOf: OptionName = settingName): Configuration {
  const result = configurationSchema.safeParse(value);
  if (result.success) {
    checkConflicts(result.data, where, nameOf);
    return result.data;
  }
  const [issue] = result.error.issues;
  const [group, field] = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    const [key] = issue.keys;
    if (group === undefined) throw new UserError(`${where}: there is no group of options ${quote(key)}.`);
    throw new UserError(`${where}: there is no option ${escapeText(nameOf(group, key))}.`);
  }
  if (!field) throw new UserError(`${where}: the configuration is not an object of groups of options.`);
  const chosen = (value as Record<string, Record<string, unknown>>)[group]?.[field];
  throw new UserError(
    `${where}: ${nameOf(group, field)} is ${written(chosen)}, but must be ${expectation(group, field)}.`,
  );
}

/** A value as a person wrote it, of a text the beginning; JSON has no infinity, and a person no NaN. */
function written(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number') return Number.isNaN(value) ? 'not a number' : String(value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'boolean' || value === null || value === undefined ? String(value) : 'an object';
}

/**
 * Checks how text is to be sampled from a model, as `parseConfiguration` does.
 * @param normalize what was done to the text that the model learnt
 * @throws UserError naming the first offending option
 */
export function parseGeneration(
  generation: unknown,
  normalize: TextConfiguration['normalize'],
  where: string,
): GenerationConfiguration {
  return parseConfiguration({ generation, text: { normalize } }, where).generation;
}

/** What an option may be, in words, from its schema. */
function expectation(group: string, field: string): string {
  const schema = z.toJSONSchema(configurationSchema.shape[group as keyof Configuration], { io: 'input' });
  const property = (schema.properties?.[field] ?? {}) as z.core.JSONSchema.JSONSchema;
  if (property.enum) return `one of ${property.enum.join(', ')}`;
  if (property.type === 'boolean') return 'true or false';
  if (property.type === 'string') return 'text';
  return `a ${property.type === 'integer' ? 'whole number' : 'number'} from ${property.minimum} to ${property.maximum}`;
}

/** Refuses options that are each in range but make no sense together. */
function checkConflicts(configuration: Configuration, where: string, nameOf: OptionName): void {
  const [conflict] = conflictsOf(configuration);
  if (conflict) throw new UserError(`${where}: ${conflict.sentence(nameOf)}`);
}

/** Gates of each cell, which is how many column blocks of H its `W_x`, `W_h` and `b` have. */
export const gates = { rnn: 1, gru: 3, lstm: 4 } as const;

/** What an engine must know to compute: the model's configuration and the size of the vocabulary V. */
export interface ModelShape extends ModelConfiguration {
  readonly vocabulary: number;
}

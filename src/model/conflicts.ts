/** The name of an option as a message should show it, for example `--batch` or `recurrent.training.batch`. */
export type OptionName = (group: string, field: string) => string;

/** An option as `group.field`. */
export type Option = `${keyof Chosen}.${string}`;

/** The value of an option. */
export type OptionValue = string | number | boolean;

/** Options that are each in range but make no sense together. */
export interface Conflict {
  /** All that it is about. */
  readonly between: readonly Option[];
  /** What is wrong and what to do. */
  sentence(nameOf: OptionName): string;
  /** Values with which one of them gives way to the others, in the order in which to try them. */
  readonly neutral: readonly (readonly [Option, OptionValue])[];
}

/** The options that can be in conflict. */
interface Chosen {
  readonly text: { readonly normalize: string; readonly validation: number };
  readonly model: { readonly tied: boolean; readonly embedding: number; readonly hidden: number };
  readonly training: {
    readonly truncation: string;
    readonly sampling: string;
    readonly truncateEvery: number;
    readonly truncateProbability: number;
    readonly steps: number;
    readonly patience: number;
    readonly warmup: number;
    readonly maxSteps: number;
    readonly engine: string;
    readonly threads: number;
    readonly revectorize: boolean;
  };
  readonly generation: {
    readonly beams: number;
    readonly topK: number;
    readonly topP: number;
    readonly length: number;
    readonly ending: string;
  };
}

/** Tokens of a beam search, at most: nothing can be shown before it ends. */
const longestSearch = 2000;

/** What makes no sense in a configuration whose options are all in range. */
export function conflictsOf({ text, model, training, generation }: Chosen): Conflict[] {
  const conflicts: Conflict[] = [];
  const check = (
    holds: boolean,
    between: readonly Option[],
    neutral: Conflict['neutral'],
    sentence: (name: (option: Option) => string) => string,
  ) => {
    if (!holds) return;
    const named = (nameOf: OptionName) => (option: Option) => nameOf(...(option.split('.') as [string, string]));
    conflicts.push({ between, neutral, sentence: (nameOf) => sentence(named(nameOf)) });
  };
  check(
    model.tied && model.embedding !== model.hidden,
    ['model.tied', 'model.embedding', 'model.hidden'],
    [
      ['model.embedding', model.hidden],
      ['model.tied', false],
    ],
    (name) =>
      `${name('model.tied')} needs ${name('model.embedding')} (${model.embedding}) equal to ${name('model.hidden')} (${model.hidden}); set both to ${model.hidden} or switch ${name('model.tied')} off.`,
  );
  check(
    training.truncation === 'none' && training.sampling === 'random',
    ['training.truncation', 'training.sampling'],
    [
      ['training.sampling', 'sequential'],
      ['training.truncation', 'fixed'],
    ],
    (name) =>
      `${name('training.truncation')} none follows whole rows of the text and needs ${name('training.sampling')} sequential, not random.`,
  );
  check(
    training.truncateEvery > 0 && training.truncation !== 'fixed',
    ['training.truncateEvery', 'training.truncation'],
    [
      ['training.truncateEvery', 0],
      ['training.truncation', 'fixed'],
    ],
    (name) =>
      `${name('training.truncateEvery')} is of fixed truncation; set it to 0 or ${name('training.truncation')} to fixed.`,
  );
  check(
    training.truncateEvery > training.steps,
    ['training.truncateEvery', 'training.steps'],
    [['training.truncateEvery', 0]],
    (name) =>
      `${name('training.truncateEvery')} (${training.truncateEvery}) is more than ${name('training.steps')} (${training.steps}), and the window’s edge cuts there already; lower it, or raise ${name('training.steps')}.`,
  );
  check(
    training.truncateProbability > 0 && training.truncation !== 'random',
    ['training.truncateProbability', 'training.truncation'],
    [
      ['training.truncateProbability', 0],
      ['training.truncation', 'random'],
    ],
    (name) =>
      `${name('training.truncateProbability')} is of random truncation; set it to 0 or ${name('training.truncation')} to random.`,
  );
  check(
    training.patience > 0 && text.validation === 0,
    ['training.patience', 'text.validation'],
    [['training.patience', 0]],
    (name) =>
      `${name('training.patience')} waits for a better validation and ${name('text.validation')} is 0; hold out some of the text or set ${name('training.patience')} to 0.`,
  );
  check(
    training.maxSteps > 0 && training.warmup >= training.maxSteps,
    ['training.warmup', 'training.maxSteps'],
    [['training.warmup', 0]],
    (name) =>
      `${name('training.warmup')} (${training.warmup}) would last as long as the run, ${name('training.maxSteps')} (${training.maxSteps}); lower it, or raise ${name('training.maxSteps')}.`,
  );
  check(
    training.engine === 'tfjs' && (training.revectorize || training.threads > 0),
    ['training.engine', 'training.threads', 'training.revectorize'],
    [
      ['training.threads', 0],
      ['training.revectorize', false],
      ['training.engine', 'fused'],
    ],
    (name) =>
      `${name('training.threads')} and ${name('training.revectorize')} are of the fused engine; leave them out or set ${name('training.engine')} to fused.`,
  );
  check(
    generation.beams > 0 && (generation.topK > 0 || generation.topP < 1),
    ['generation.beams', 'generation.topK', 'generation.topP'],
    [
      ['generation.topK', 0],
      ['generation.topP', 1],
      ['generation.beams', 0],
    ],
    (name) =>
      `${name('generation.beams')} searches and does not sample; leave ${name('generation.topK')} and ${name('generation.topP')} out or set ${name('generation.beams')} to 0.`,
  );
  check(
    generation.beams > 0 && generation.length > longestSearch,
    ['generation.beams', 'generation.length'],
    [
      ['generation.length', longestSearch],
      ['generation.beams', 0],
    ],
    (name) =>
      `${name('generation.beams')} searches for at most ${longestSearch} tokens; lower ${name('generation.length')} (${generation.length}) or set ${name('generation.beams')} to 0.`,
  );
  check(
    generation.ending !== 'length' && (text.normalize === 'letters' || text.normalize === 'd2l'),
    ['generation.ending', 'text.normalize'],
    [['generation.ending', 'length']],
    (name) =>
      `${name('generation.ending')} ${generation.ending} would never come, as ${name('text.normalize')} ${text.normalize} leaves no line ends and no marks; set ${name('generation.ending')} to length.`,
  );
  return conflicts;
}

import { z } from 'zod';
import { generationSchema, modelSchema, textSchema, trainingSchema } from '../model/configuration';
import { completionSchema } from './completion-settings';

/** One setting as package.json states it; texts are `%keys%` into package.nls.json. */
export interface SettingProperty {
  readonly type: string;
  readonly default: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly enum?: readonly string[];
  readonly items?: { readonly type: string };
  readonly enumDescriptions?: readonly string[];
  readonly description: string;
  readonly order: number;
  readonly scope: string;
}

/** One page of the settings editor. */
export interface SettingGroup {
  readonly id: string;
  readonly title: string;
  readonly order: number;
  readonly properties: Readonly<Record<string, SettingProperty>>;
}

const groups = {
  text: { title: 'Text', schema: textSchema },
  model: { title: 'Model', schema: modelSchema },
  training: { title: 'Training', schema: trainingSchema },
  generation: { title: 'Generation', schema: generationSchema },
  completion: { title: 'Completion', schema: completionSchema },
};

/** What each choice of an enumeration means, in one sentence. A choice without an entry fails the tests. */
const choices: Record<string, Record<string, string>> = {
  'text.tokenizer': {
    characters: 'Each character (code point) is a token.',
    words: 'Each word is a token; rare ones become <unk>.',
    subwords: 'Tokens are byte-pair merges learnt from the text; any text can be written with them.',
  },
  'text.normalize': {
    none: 'The text as it is.',
    lowercase: 'Everything in lower case.',
    letters: 'Lower-case letters only; everything else becomes one space.',
    d2l: 'The lecture’s: letters only in each line, lower case, lines joined with nothing between.',
  },
  'model.cell': {
    rnn: 'The plain recurrent cell, with a choice of activation.',
    gru: 'The gated recurrent unit, with a reset and an update gate.',
    lstm: 'Long short-term memory, with input, forget and output gates and a memory cell.',
  },
  'model.activation': {
    tanh: 'The hyperbolic tangent.',
    relu: 'The rectifier, max(0, x).',
    identity: 'Nothing: a linear RNN, whose gradients are powers of its recurrent matrix.',
  },
  'model.reset': {
    before: 'The gate multiplies the state before the recurrent product, as in the lecture.',
    after: 'The gate multiplies the recurrent product, as in PyTorch and cuDNN.',
  },
  'model.init': {
    uniform: 'Weights and biases uniform in ±1/√H, as in PyTorch.',
    normal: 'Weights normal with deviation 0.01, biases zero, as in the lecture.',
  },
  'training.sampling': {
    sequential: 'Windows in order; the state is carried from one to the next.',
    random: 'Windows at random places; each begins with a zero state.',
  },
  'training.truncation': {
    none: 'Gradients flow through the whole row of the text, which takes memory in proportion.',
    fixed: 'Gradients stop after a fixed number of steps.',
    random: 'Gradients stop at random and are reweighted, so that within a window they are right on average.',
  },
  'training.optimizer': {
    sgd: 'Plain stochastic gradient descent, the lecture’s.',
    momentum: 'Gradient descent with momentum.',
    rmsprop: 'Steps divided by the root of a running mean of squared gradients.',
    adam: 'Running means of the gradient and of its square, corrected for their bias.',
    adamw: 'Adam with decoupled weight decay.',
  },
  'training.schedule': {
    constant: 'The learning rate stays as it is.',
    step: 'The learning rate is multiplied by a factor after each epoch.',
    cosine: 'The learning rate falls along half a cosine to zero.',
  },
  'training.clipping': {
    norm: 'All gradients are scaled down together when their global norm exceeds θ.',
    value: 'Each gradient value is clamped to ±θ.',
    none: 'Gradients are used as they are.',
  },
  'generation.ending': {
    length: 'At its length only.',
    line: 'At the end of a line, or at its length.',
    sentence: 'At the end of a sentence, or at its length.',
  },
  'training.engine': {
    fused: 'The WebAssembly kernel of this extension, many times faster.',
    tfjs: 'TensorFlow.js, the readable reference.',
  },
};

interface JsonProperty {
  readonly type: string;
  readonly default?: unknown;
  readonly description?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly enum?: readonly string[];
  readonly items?: { readonly type: string };
}

/** A setting's place and its rules, read from the schemas. */
export interface SettingRule extends JsonProperty {
  readonly group: keyof typeof groups;
  readonly name: string;
}

/** The rules of every setting, in the order of the schemas: as the settings editor shows them. */
export function settingRules(): SettingRule[] {
  return Object.entries(groups).flatMap(([group, { schema }]) => {
    const { properties } = z.toJSONSchema(schema, { io: 'input' }) as { properties: Record<string, JsonProperty> };
    return Object.entries(properties).map(([name, rule]) => ({ ...rule, group: group as keyof typeof groups, name }));
  });
}

/** The rules of what the training picker offers: everything about a run, and nothing about completions. */
export function runRules(): SettingRule[] {
  return settingRules().filter(({ group }) => group !== 'completion');
}

/** What a choice of an enumeration means; empty for one that nobody described. */
export function describeChoice(group: string, name: string, choice: string): string {
  return choices[`${group}.${name}`]?.[choice] ?? '';
}

/**
 * Derives `contributes.configuration` of package.json from the schemas.
 * @returns the settings, and the English texts that their `%keys%` stand for
 */
export function settingsContribution(): { configuration: SettingGroup[]; strings: Record<string, string> } {
  const strings: Record<string, string> = {};
  const say = (key: string, text: string) => {
    strings[key] = text;
    return `%${key}%`;
  };
  const rules = settingRules();
  const configuration = Object.entries(groups).map(([id, { title }], order) => ({
    id: `recurrent.${id}`,
    title: say(`configuration.${id}`, title),
    order,
    properties: Object.fromEntries(
      rules
        .filter(({ group }) => group === id)
        .map((rule, order) => {
          const key = `configuration.${id}.${rule.name}`;
          const property: SettingProperty = {
            type: rule.type,
            default: rule.default,
            minimum: rule.minimum,
            maximum: rule.maximum,
            maxLength: rule.maxLength,
            enum: rule.enum,
            items: rule.items,
            enumDescriptions: rule.enum?.map((choice) =>
              say(`${key}.${choice}`, describeChoice(id, rule.name, choice)),
            ),
            description: say(key, rule.description ?? ''),
            order,
            scope: id === 'completion' ? 'window' : 'resource',
          };
          return [`recurrent.${id}.${rule.name}`, JSON.parse(JSON.stringify(property)) as SettingProperty];
        }),
    ),
  }));
  return { configuration, strings };
}

import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { asTyped, configurationFrom, flagOf, givenOptions } from '../../src/cli/options';
import { Streams } from '../../src/cli/streams';
import { addTrain } from '../../src/cli/train';
import { runRules, type SettingRule, settingRules, settingsContribution } from '../../src/host/contributes';
import { configurationSchema, parseConfiguration } from '../../src/model/configuration';
import { conflictsOf } from '../../src/model/conflicts';

const groups = ['text', 'model', 'training', 'generation'] as const;

/** Every option of a run, as `group.name`, from the schema alone. */
const all = groups.flatMap((group) =>
  Object.keys(configurationSchema.shape[group].unwrap().shape).map((name) => `${group}.${name}`),
);

const keyOf = ({ group, name }: SettingRule) => `${group}.${name}`;

/** A value that an option may have and that is not its default. */
function another({ type, default: value, enum: choices, minimum = 0, maximum = 1 }: SettingRule): unknown {
  if (choices) return choices.find((choice) => choice !== value);
  if (type === 'boolean') return !value;
  if (type === 'string') return 'Call me Ishmael';
  return value === minimum ? maximum : minimum;
}

const streams = new Streams();
const surroundings = { dist: '', streams, out: streams.out, say: streams.say };

/** What the train command makes of its arguments. */
function parsed(...args: string[]): Record<string, unknown> {
  const program = new Command();
  addTrain(program, surroundings);
  const [train] = program.commands;
  let options: Record<string, unknown> = {};
  train.action((_file: string, given: Record<string, unknown>) => {
    options = given;
  });
  program.parse(['train', 'text.txt', ...args], { from: 'user' });
  return options;
}

describe('every option of a run', () => {
  it('is a setting', () => {
    const settings = settingsContribution().configuration.flatMap(({ properties }) => Object.keys(properties));
    expect(settings).toEqual(expect.arrayContaining(all.map((option) => `recurrent.${option}`)));
  });

  it('is offered by the training picker, and nothing else is', () => {
    expect(runRules().map(keyOf)).toEqual(all);
    expect(settingRules().length).toBeGreaterThan(all.length);
  });

  it.each(runRules().map((rule) => [keyOf(rule), rule] as const))('%s is taken from the command line', (_, rule) => {
    const value = another(rule);
    const flag = flagOf(rule.name);
    const args = value === true ? [flag] : value === false ? [flag.replace('--', '--no-')] : [flag, String(value)];
    expect(givenOptions(parsed(...args), groups)).toEqual({ [rule.group]: { [rule.name]: value } });
    expect(configurationSchema.safeParse({ [rule.group]: { [rule.name]: value } }).success).toBe(true);
  });
});

describe('a sentence on the command line', () => {
  it('calls options by their flags, and leaves everything else alone', () => {
    expect(asTyped('Clip by norm (training.clipping), or lower recurrent.training.maxSteps.')).toBe(
      'Clip by norm (--clipping), or lower --max-steps.',
    );
    const others = 'data/text.limit, my-model.hidden, training.jsonl, model.hiddenStates: no options.';
    expect(asTyped(others)).toBe(others);
  });
});

describe('what is typed wins over what is stored', () => {
  const stored = (options: object) => parseConfiguration(options, 'Test');

  /** The configuration of typed options over stored ones, and what was said of it. */
  function settled(options: object, ...args: string[]) {
    const said: string[] = [];
    const say = (sentence: string) => void said.push(sentence);
    const configuration = configurationFrom(parsed(...args), groups, {
      configuration: stored(options),
      source: 'the checkpoint',
      say,
    });
    return { configuration, said };
  }

  it.each<[object, string[], object, string]>([
    [
      { generation: { topK: 5 } },
      ['--beams', '4'],
      { generation: { beams: 4, topK: 0 } },
      '--top-k 5 of the checkpoint gives way to --beams 4: it is --top-k 0.',
    ],
    [
      { generation: { topK: 5, topP: 0.9 } },
      ['--beams', '4'],
      { generation: { beams: 4, topK: 0, topP: 1 } },
      '--top-k 5 and --top-p 0.9 of the checkpoint give way to --beams 4: they are --top-k 0 and --top-p 1.',
    ],
    [
      { generation: { beams: 4 } },
      ['--top-p', '0.5'],
      { generation: { beams: 0, topP: 0.5 } },
      '--beams 4 of the checkpoint gives way to --top-p 0.5: it is --beams 0.',
    ],
    [
      { generation: { length: 5000 } },
      ['--beams', '4'],
      { generation: { beams: 4, length: 2000 } },
      '--length 5000 of the checkpoint gives way to --beams 4: it is --length 2000.',
    ],
    [
      { training: { threads: 2, revectorize: true } },
      ['--engine', 'tfjs'],
      { training: { engine: 'tfjs', threads: 0, revectorize: false } },
      '--threads 2 and --revectorize of the checkpoint give way to --engine tfjs: they are --threads 0 and --no-revectorize.',
    ],
    [
      { training: { engine: 'tfjs' } },
      ['--threads', '2'],
      { training: { engine: 'fused', threads: 2 } },
      '--engine tfjs of the checkpoint gives way to --threads 2: it is --engine fused.',
    ],
    [
      { training: { truncation: 'none' } },
      ['--sampling', 'random'],
      { training: { truncation: 'fixed', sampling: 'random' } },
      '--truncation none of the checkpoint gives way to --sampling random: it is --truncation fixed.',
    ],
    [
      { training: { truncateEvery: 5 } },
      ['--truncation', 'random'],
      { training: { truncation: 'random', truncateEvery: 0 } },
      '--truncate-every 5 of the checkpoint gives way to --truncation random: it is --truncate-every 0.',
    ],
    [
      { training: { patience: 3 } },
      ['--validation', '0'],
      { training: { patience: 0 }, text: { validation: 0 } },
      '--patience 3 of the checkpoint gives way to --validation 0: it is --patience 0.',
    ],
    [
      { training: { warmup: 100 } },
      ['--max-steps', '50'],
      { training: { warmup: 0, maxSteps: 50 } },
      '--warmup 100 of the checkpoint gives way to --max-steps 50: it is --warmup 0.',
    ],
    [
      { generation: { ending: 'line' } },
      ['--normalize', 'letters'],
      { generation: { ending: 'length' } },
      '--ending line of the checkpoint gives way to --normalize letters: it is --ending length.',
    ],
  ])('%j gives way to %j', (options, args, expected, sentence) => {
    const { configuration, said } = settled(options, ...args);
    expect(configuration).toMatchObject(expected);
    expect(said).toEqual([sentence]);
  });

  it.each<[object, string[], RegExp]>([
    [
      { training: { steps: 8 } },
      ['--truncate-every', '20'],
      /^recurrent: --truncate-every \(20\) is more .* The checkpoint says --steps 8\.$/,
    ],
    [
      { text: { normalize: 'letters' } },
      ['--ending', 'line'],
      /set --ending to length\. The checkpoint says --normalize letters\.$/,
    ],
    [
      { generation: { topK: 5 } },
      ['--beams', '4', '--top-k', '7'],
      /^recurrent: --beams searches and does not sample;.* set --beams to 0\.$/,
    ],
    [{}, ['--patience', '3', '--validation', '0'], /^recurrent: --patience waits for a better validation/],
  ])('where nothing plainly gives way, %j with %j is refused, and said what is stored', (options, args, message) => {
    expect(() => settled(options, ...args)).toThrow(message);
  });

  it('nothing is said where nothing is in conflict', () => {
    expect(settled({ generation: { topK: 5 } }, '--top-p', '0.5').said).toEqual([]);
  });

  it('every conflict names options that there are, and values that they may have', () => {
    const worst = {
      text: { normalize: 'letters', validation: 0 },
      model: { tied: true, embedding: 0, hidden: 8 },
      training: {
        truncation: 'none',
        sampling: 'random',
        truncateEvery: 9,
        truncateProbability: 0.5,
        steps: 4,
        patience: 1,
        warmup: 9,
        maxSteps: 5,
        engine: 'tfjs',
        threads: 2,
        revectorize: true,
      },
      generation: { beams: 2, topK: 3, topP: 0.5, length: 5000, ending: 'line' },
    };
    const conflicts = conflictsOf(worst);
    expect(conflicts).toHaveLength(11);
    for (const { between, neutral } of conflicts) {
      for (const option of between) expect(all).toContain(option);
      for (const [option, value] of neutral) {
        expect(between).toContain(option);
        const [group, field] = option.split('.');
        expect(configurationSchema.safeParse({ [group]: { [field]: value } }).success, option).toBe(true);
      }
    }
  });
});

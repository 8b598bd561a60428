import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { asTyped, flagOf, givenOptions } from '../../src/cli/options';
import { Streams } from '../../src/cli/streams';
import { addTrain } from '../../src/cli/train';
import { runRules, type SettingRule, settingRules, settingsContribution } from '../../src/host/contributes';
import { configurationSchema } from '../../src/model/configuration';

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

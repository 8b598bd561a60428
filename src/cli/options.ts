import { type Command, Option as CommandOption } from 'commander';
import { z } from 'zod';
import { type Configuration, configurationSchema, parseConfiguration } from '../model/configuration';
import { conflictsOf, type Option } from '../model/conflicts';
import { escapeText } from '../text/quote';
import { UserError } from '../text/user-error';

/** A group of the configuration, as options of a command. */
type Group = keyof Configuration;

/** `maxSteps` → `--max-steps` */
export const flagOf = (field: string): string => `--${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** A sentence that calls options as settings are called, with their flags instead: `training.maxSteps` → `--max-steps`. */
export function asTyped(sentence: string): string {
  return sentence.replaceAll(
    /(?<![\w./-])(?:recurrent\.)?(text|model|training|generation)\.(\w+)(?!\.?\w|[/-])/g,
    (named, group, field) =>
      field in configurationSchema.shape[group as Group].unwrap().shape ? flagOf(field) : named,
  );
}

/**
 * Adds every option of the given groups, with descriptions, choices and defaults from the schemas.
 * @param defaults says where defaults come from, if not from the schemas
 */
export function addOptions(command: Command, groups: readonly Group[], defaults?: string): Command {
  for (const group of groups) {
    const schema = z.toJSONSchema(configurationSchema.shape[group], { io: 'input' });
    for (const [field, property] of Object.entries(schema.properties ?? {})) {
      const { type, enum: choices, default: value, description } = property as z.core.JSONSchema.JSONSchema;
      const argument =
        type === 'boolean' ? '' : choices ? ` <${choices.join('|')}>` : type === 'string' ? ' <text>' : ' <n>';
      const otherwise = defaults ?? JSON.stringify(value);
      command.addOption(new CommandOption(`${flagOf(field)}${argument}`, `${description} (default ${otherwise})`));
      if (type === 'boolean')
        command.addOption(new CommandOption(flagOf(field).replace('--', '--no-'), `Switches ${flagOf(field)} off.`));
    }
  }
  return command;
}

/** The configuration's fields among a command's parsed options, by group; numbers become numbers. */
export function givenOptions(
  parsed: Readonly<Record<string, unknown>>,
  groups: readonly Group[],
): Partial<Record<Group, Record<string, unknown>>> {
  const given: Partial<Record<Group, Record<string, unknown>>> = {};
  for (const group of groups) {
    const schema = z.toJSONSchema(configurationSchema.shape[group], { io: 'input' });
    for (const [field, property] of Object.entries(schema.properties ?? {})) {
      const value = parsed[field];
      if (value === undefined) continue;
      const { type } = property as z.core.JSONSchema.JSONSchema;
      const isNumber = type === 'number' || type === 'integer';
      const number = Number(value);
      given[group] = {
        ...given[group],
        [field]: isNumber && String(value).trim() !== '' && !Number.isNaN(number) ? number : value,
      };
    }
  }
  return given;
}

/** Where options come from that were not typed. */
export interface Stored {
  readonly configuration: Configuration;
  /** Such as `the checkpoint`. */
  readonly source: string;
  /** Is told what gave way to what was typed, a sentence each. */
  say(sentence: string): void;
}

/**
 * The whole configuration: defaults, then what is stored, then what was typed. Where two do not go together, what is stored gives
 * way.
 * @throws UserError naming the option as it is typed
 */
export function configurationFrom(
  parsed: Readonly<Record<string, unknown>>,
  groups: readonly Group[],
  stored?: Stored,
): Configuration {
  const given = givenOptions(parsed, groups);
  const merged = Object.fromEntries(
    Object.keys(configurationSchema.shape).map((group) => [
      group,
      { ...stored?.configuration[group as Group], ...given[group as Group] },
    ]),
  );
  const { data } = configurationSchema.safeParse(merged);
  const settled = data && stored ? settle(data, given, stored) : merged;
  return parseConfiguration(settled, 'recurrent', (_, field) => flagOf(field));
}

type Given = ReturnType<typeof givenOptions>;

/** A configuration in which what is stored gives way where it does not go with what was typed. */
function settle(configuration: Configuration, given: Given, { source, say }: Stored): Configuration {
  let settled = configuration;
  for (const { between, neutral, sentence } of conflictsOf(configuration)) {
    const typed = between.filter((option) => optionIn(given, option) !== undefined);
    if (typed.length === 0) continue;
    const neutralOf = new Map(neutral);
    const others = between.filter(
      (option) => !typed.includes(option) && optionIn(configuration, option) !== neutralOf.get(option),
    );
    const holds = () => conflictsOf(settled).some((conflict) => conflict.between.join() === between.join());
    const gone: Option[] = [];
    for (const [option, value] of neutral) {
      if (!holds()) break;
      if (typed.includes(option) || optionIn(settled, option) === value) continue;
      const [group, field] = partsOf(option);
      settled = configurationSchema.parse({ ...settled, [group]: { ...settled[group], [field]: value } });
      gone.push(option);
    }
    const says = (options: readonly Option[], of: Given | Configuration) =>
      options.map((option) => typedAs(option, optionIn(of, option))).join(' and ');
    if (holds()) {
      const what = sentence((_, field) => flagOf(field));
      const why =
        others.length > 0 ? ` ${source[0].toUpperCase()}${source.slice(1)} says ${says(others, configuration)}.` : '';
      throw new UserError(`recurrent: ${what}${why}`);
    }
    if (gone.length > 0) {
      const [way, turns] = gone.length > 1 ? ['give', 'they are'] : ['gives', 'it is'];
      say(
        `${says(gone, configuration)} of ${source} ${way} way to ${says(typed, given)}: ${turns} ${says(gone, settled)}.`,
      );
    }
  }
  return settled;
}

const partsOf = (option: Option) => option.split('.') as [Group, string];

function optionIn(values: Given | Configuration, option: Option): unknown {
  const [group, field] = partsOf(option);
  return (values[group] as Readonly<Record<string, unknown>> | undefined)?.[field];
}

/** An option as one types it: `--top-k 5`, or `--no-tied`. */
function typedAs(option: Option, value: unknown): string {
  const flag = flagOf(partsOf(option)[1]);
  if (value === true) return flag;
  return value === false ? flag.replace('--', '--no-') : `${flag} ${escapeText(String(value))}`;
}

import { type Command, Option } from 'commander';
import { z } from 'zod';
import { type Configuration, configurationSchema, parseConfiguration } from '../model/configuration';

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
      command.addOption(new Option(`${flagOf(field)}${argument}`, `${description} (default ${otherwise})`));
      if (type === 'boolean')
        command.addOption(new Option(flagOf(field).replace('--', '--no-'), `Switches ${flagOf(field)} off.`));
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

/**
 * The whole configuration: defaults, then `base`, then what was given.
 * @throws UserError naming the option as it is typed
 */
export function configurationFrom(
  parsed: Readonly<Record<string, unknown>>,
  groups: readonly Group[],
  base?: Configuration,
): Configuration {
  const given = givenOptions(parsed, groups);
  const merged = Object.fromEntries(
    Object.keys(configurationSchema.shape).map((group) => [
      group,
      { ...base?.[group as Group], ...given[group as Group] },
    ]),
  );
  return parseConfiguration(merged, 'recurrent', (_, field) => flagOf(field));
}

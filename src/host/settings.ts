import * as vscode from 'vscode';
import {
  type Configuration,
  configurationSchema,
  type GenerationConfiguration,
  parseConfiguration,
} from '../model/configuration';
import { type CompletionSettings, completionSchema } from './completion-settings';
import { isForPeople } from './messages';

/**
 * Reads the settings `recurrent.*` that apply to a resource into a checked configuration.
 * Names that no schema knows are left alone, as the settings editor shows them already.
 * @throws UserError naming the first setting that is out of range, or two that conflict
 */
export function readConfiguration(resource?: vscode.Uri): Configuration {
  return parseConfiguration(readGroups(resource), vscode.l10n.t('Settings'));
}

/**
 * Reads the same settings to be changed before they are used: two that conflict are a problem to mend, and no error.
 * @returns what is wrong with them in one sentence, or an empty one
 * @throws UserError naming the first setting that is out of range
 */
export function readChangeable(resource?: vscode.Uri): { configuration: Configuration; problem: string } {
  const value = readGroups(resource);
  try {
    return { configuration: parseConfiguration(value, vscode.l10n.t('Settings')), problem: '' };
  } catch (error) {
    const inRange = configurationSchema.safeParse(value);
    if (!inRange.success || !isForPeople(error)) throw error;
    return { configuration: inRange.data, problem: error.message };
  }
}

/**
 * Reads how text is sampled, whatever the other settings say.
 * @param instead what counts in place of a setting
 * @throws UserError naming the first setting that is out of range, or two that conflict
 */
export function readGeneration(
  resource: vscode.Uri | undefined,
  instead: Partial<GenerationConfiguration>,
): GenerationConfiguration {
  const generation = { ...readGroups(resource).generation, ...instead };
  return parseConfiguration({ generation }, vscode.l10n.t('Settings')).generation;
}

function readGroups(resource?: vscode.Uri): Record<string, Record<string, unknown>> {
  const settings = vscode.workspace.getConfiguration('recurrent', resource);
  const value: Record<string, Record<string, unknown>> = {};
  for (const [group, schema] of Object.entries(configurationSchema.shape)) {
    value[group] = {};
    for (const name of Object.keys(schema.unwrap().shape)) value[group][name] = settings.get(`${group}.${name}`);
  }
  return value;
}

/** Reads the settings of inline completions; one that is out of range counts as its default. */
export function readCompletionSettings(): CompletionSettings {
  const settings = vscode.workspace.getConfiguration('recurrent.completion');
  const shape = completionSchema.shape;
  const entries = Object.entries(shape).map(([name, schema]) => {
    const result = schema.safeParse(settings.get(name));
    return [name, result.success ? result.data : schema.parse(undefined)];
  });
  return Object.fromEntries(entries) as CompletionSettings;
}

import * as vscode from 'vscode';
import { type Configuration, configurationSchema, parseConfiguration } from '../model/configuration';
import { type CompletionSettings, completionSchema } from './completion-settings';

/**
 * Reads the settings `recurrent.*` that apply to a resource into a checked configuration.
 * Names that no schema knows are left alone, as the settings editor shows them already.
 * @throws UserError naming the first setting that is out of range, or two that conflict
 */
export function readConfiguration(resource?: vscode.Uri): Configuration {
  const settings = vscode.workspace.getConfiguration('recurrent', resource);
  const value: Record<string, Record<string, unknown>> = {};
  for (const [group, schema] of Object.entries(configurationSchema.shape)) {
    value[group] = {};
    for (const name of Object.keys(schema.unwrap().shape)) value[group][name] = settings.get(`${group}.${name}`);
  }
  return parseConfiguration(value, vscode.l10n.t('Settings'));
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

import * as vscode from 'vscode';
import { type Configuration, parseConfiguration } from '../model/configuration';
import { type PresetName, withPreset } from '../model/presets';
import { describeChoice, runRules, type SettingRule } from './contributes';
import { isForPeople } from './messages';

type Group = keyof Configuration;

/** A starting point that the picker offers. */
interface Preset {
  readonly label: string;
  readonly detail: string;
  readonly name: PresetName;
}

interface Choice extends vscode.QuickPickItem {
  readonly does?: 'start' | 'presets' | SettingRule;
}

/**
 * Lets a person change the options of a run before it starts, one after the other, and go back as often as they like.
 * @param configuration what to begin with
 * @param source names the text
 * @param wrong what is to be changed before it can start, in one sentence
 * @returns the checked configuration, or undefined if they turned away
 */
export async function pickConfiguration(
  configuration: Configuration,
  source: string,
  wrong = '',
): Promise<Configuration | undefined> {
  let current = configuration;
  let problem = wrong;
  for (let active: string | undefined; ; ) {
    const choice = await choose(current, source, problem, active);
    problem = '';
    if (!choice?.does) return undefined;
    if (choice.does === 'start') {
      try {
        return parseConfiguration(current, vscode.l10n.t('Options'));
      } catch (error) {
        if (!isForPeople(error)) throw error;
        problem = error.message;
      }
    } else if (choice.does === 'presets') {
      current = await pickPreset(current);
    } else {
      current = await change(current, choice.does);
      active = choice.label;
    }
  }
}

function choose(
  current: Configuration,
  source: string,
  problem: string,
  active: string | undefined,
): Promise<Choice | undefined> {
  const picker = vscode.window.createQuickPick<Choice>();
  picker.title = vscode.l10n.t('Train on {0}', source);
  picker.placeholder = problem || vscode.l10n.t('Press Enter to start, or choose an option to change it');
  picker.matchOnDescription = true;
  picker.matchOnDetail = true;
  picker.keepScrollPosition = true;
  const items: Choice[] = [
    { label: `$(play) ${vscode.l10n.t('Start Training')}`, detail: problem || summarise(current), does: 'start' },
    { label: `$(list-selection) ${vscode.l10n.t('Presets…')}`, does: 'presets' },
  ];
  let group = '';
  for (const rule of runRules()) {
    if (rule.group !== group) items.push({ label: rule.group, kind: vscode.QuickPickItemKind.Separator });
    group = rule.group;
    const value = readOption(current, rule);
    items.push({ label: rule.name, description: show(value), detail: rule.description, does: rule });
  }
  picker.items = items;
  const before = items.find(({ label }) => label === active);
  if (before && !problem) picker.activeItems = [before];
  return new Promise((resolve) => {
    picker.onDidAccept(() => {
      resolve(picker.selectedItems[0]);
      picker.dispose();
    });
    picker.onDidHide(() => {
      resolve(undefined);
      picker.dispose();
    });
    picker.show();
  });
}

async function pickPreset(current: Configuration): Promise<Configuration> {
  const title = vscode.l10n.t('Presets');
  const preset = await vscode.window.showQuickPick(presets(), { title, matchOnDetail: true });
  if (!preset) return current;
  return withPreset(current, preset.name);
}

async function change(current: Configuration, rule: SettingRule): Promise<Configuration> {
  const value = await ask(rule, readOption(current, rule));
  if (value === undefined) return current;
  const group = rule.group as Group;
  return { ...current, [group]: { ...current[group], [rule.name]: value } };
}

async function ask(rule: SettingRule, value: unknown): Promise<unknown> {
  const title = rule.name;
  const placeHolder = rule.description;
  if (rule.type === 'boolean') {
    const items = [true, false].map((choice) => ({ label: show(choice), picked: choice === value, choice }));
    return (await vscode.window.showQuickPick(items, { title, placeHolder }))?.choice;
  }
  if (rule.enum) {
    const items = rule.enum.map((label) => ({
      label,
      description: label === value ? vscode.l10n.t('current') : '',
      detail: describeChoice(rule.group, rule.name, label),
    }));
    return (await vscode.window.showQuickPick(items, { title, placeHolder }))?.label;
  }
  const prompt = rule.description;
  if (rule.type === 'string') return vscode.window.showInputBox({ title, prompt, value: String(value) });
  const validateInput = (text: string) => checkNumber(text, rule);
  const answer = await vscode.window.showInputBox({ title, prompt, value: String(value), validateInput });
  return answer === undefined ? undefined : Number(answer);
}

/** Says what is wrong with a number, or undefined. */
function checkNumber(text: string, { type, minimum = -Infinity, maximum = Infinity }: SettingRule): string | undefined {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  const whole = type === 'integer';
  if (Number.isFinite(number) && number >= minimum && number <= maximum && (!whole || Number.isInteger(number))) {
    return undefined;
  }
  return whole
    ? vscode.l10n.t('A whole number from {0} to {1}.', minimum, maximum)
    : vscode.l10n.t('A number from {0} to {1}.', minimum, maximum);
}

function readOption(configuration: Configuration, { group, name }: SettingRule): unknown {
  return (configuration[group as Group] as Record<string, unknown>)[name];
}

function show(value: unknown): string {
  if (value === true) return vscode.l10n.t('on');
  if (value === false) return vscode.l10n.t('off');
  return value === '' ? '–' : String(value);
}

function summarise({ text, model, training }: Configuration): string {
  const layers = model.layers > 1 ? `${model.layers}×` : '';
  const { batch, steps, epochs, maxSteps, optimizer, lr } = training;
  const length = maxSteps > 0 ? vscode.l10n.t('{0} steps at most', maxSteps) : vscode.l10n.t('{0} epochs', epochs);
  return vscode.l10n.t(
    '{0}, {1}, batch {2} × {3} steps, {4}, learning rate {5}, {6}',
    `${layers}${model.cell.toUpperCase()}-${model.hidden}`,
    text.tokenizer,
    batch,
    steps,
    optimizer,
    lr,
    length,
  );
}

function presets(): Preset[] {
  return [
    {
      name: 'book',
      label: vscode.l10n.t('A book, by characters'),
      detail: vscode.l10n.t(
        'Suggested. Two GRU-256 layers with dropout, AdamW, 14 epochs: some minutes, and better than any n-gram.',
      ),
    },
    {
      name: 'quick',
      label: vscode.l10n.t('Quick look'),
      detail: vscode.l10n.t('GRU-64 on letters only, 600 steps: something to read within a minute.'),
    },
    {
      name: 'subwords',
      label: vscode.l10n.t('A book, by subwords'),
      detail: vscode.l10n.t('LSTM-256 with an embedding of 256 and tied weights, 1,024 byte-pair subwords.'),
    },
    {
      name: 'lecture',
      label: vscode.l10n.t('The lecture: RNN-512'),
      detail: vscode.l10n.t('10,000 characters, SGD at 1, clipping at 1, 500 epochs, nothing held out: it memorises.'),
    },
  ];
}

import type { GenerationConfiguration } from '../src/protocol/generation';
import { element } from './dom';
import { textField } from './ui';

interface Field {
  readonly label: string;
  readonly least: number;
  readonly greatest: number;
  readonly whole: boolean;
}

const fields = {
  temperature: { label: 'Temperature', least: 0, greatest: 10, whole: false },
  topK: { label: 'Top-k', least: 0, greatest: 20000, whole: true },
  topP: { label: 'Top-p', least: 0.01, greatest: 1, whole: false },
  length: { label: 'Length', least: 1, greatest: 100000, whole: true },
  seed: { label: 'Seed', least: 0, greatest: 4294967295, whole: true },
} as const satisfies { [name: string]: Field };

type Name = keyof typeof fields;

/** What the fields say, or one sentence on what is wrong with one of them. */
export type Reading =
  | { readonly options: Omit<GenerationConfiguration, 'prompt'>; readonly seed: number }
  | { readonly error: string };

/** The playground's sampling options. */
export class PlaygroundOptions {
  private readonly inputs = Object.fromEntries(
    Object.entries(fields).map(([name, { label }]) => [
      name,
      textField(label, '', { inputmode: 'decimal', 'data-testid': `playground-${name}` }),
    ]),
  ) as { [name in Name]: ReturnType<typeof textField> };
  readonly element = element('div', { class: 'options' }, ...Object.values(this.inputs));

  constructor() {
    this.inputs.seed.value = '0';
  }

  set({ temperature, topK, topP, length }: GenerationConfiguration): void {
    for (const [name, value] of Object.entries({ temperature, topK, topP, length })) {
      this.inputs[name as Name].value = String(value);
    }
  }

  nextSeed(): void {
    const seed = Number(this.inputs.seed.value);
    this.inputs.seed.value = String(Number.isInteger(seed) && seed < fields.seed.greatest ? seed + 1 : 0);
  }

  read(): Reading {
    const values: { [name: string]: number } = {};
    for (const [name, { label, least, greatest, whole }] of Object.entries(fields)) {
      const text = this.inputs[name as Name].value.trim();
      const value = Number(text);
      if (text === '' || !(value >= least && value <= greatest) || (whole && !Number.isInteger(value))) {
        return { error: `${label}: “${text}” must be a ${whole ? 'whole ' : ''}number from ${least} to ${greatest}.` };
      }
      values[name] = value;
    }
    const { temperature, topK, topP, length, seed } = values;
    return { options: { temperature, topK, topP, length }, seed };
  }
}

import type { GenerationConfiguration } from '../src/protocol/generation';
import { element } from './dom';
import { dropdown, textField } from './ui';

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
  beams: { label: 'Beams', least: 0, greatest: 64, whole: true },
  seed: { label: 'Seed', least: 0, greatest: 4294967295, whole: true },
} as const satisfies { [name: string]: Field };

type Ending = GenerationConfiguration['ending'];

const endings: readonly (readonly [Ending, string])[] = [
  ['length', 'the length'],
  ['line', 'a line’s end'],
  ['sentence', 'a sentence’s end'],
];

type Name = keyof typeof fields;

const names = Object.keys(fields) as Name[];

/** Tokens of a beam search, at most. */
const longestSearch = 2000;

/** What the fields say, or one sentence on what is wrong with one of them. */
export type Reading =
  | {
      readonly options: Omit<GenerationConfiguration, 'prompt'>;
      readonly seed: number;
      /** What gave way to what was typed, a sentence each. */
      readonly notes: readonly string[];
    }
  | { readonly error: string };

/** The playground's sampling options. */
export class PlaygroundOptions {
  private readonly inputs = Object.fromEntries(
    Object.entries(fields).map(([name, { label }]) => [
      name,
      textField(label, '', { inputmode: 'decimal', 'data-testid': `playground-${name}` }),
    ]),
  ) as { [name in Name]: ReturnType<typeof textField> };
  /** Fields that a person has filled; the others say what the run says. */
  private readonly typed = new Set<Name>();
  private ending: Ending = 'length';
  private readonly endings = dropdown('End at', endings, this.ending, (value) => {
    this.ending = value as Ending;
  });
  readonly element = element(
    'div',
    { class: 'options' },
    ...Object.values(this.inputs),
    element('div', { class: 'option' }, element('span', { 'aria-hidden': 'true' }, 'End at'), this.endings),
  );

  constructor() {
    this.inputs.seed.value = '0';
    for (const name of names) this.inputs[name].addEventListener('input', () => this.typed.add(name));
  }

  set({ temperature, topK, topP, length, beams, ending }: GenerationConfiguration): void {
    this.setEnding(ending);
    this.typed.clear();
    for (const [name, value] of Object.entries({ temperature, topK, topP, length, beams })) {
      this.inputs[name as Name].value = String(value);
    }
  }

  /** What the fields say, as it was typed. */
  get texts(): { readonly [name: string]: string } {
    const texts = Object.entries(this.inputs).map(([name, input]) => [name, input.value]);
    return { ...Object.fromEntries(texts), ending: this.ending };
  }

  /** Brings back what was typed. */
  restore(texts: { readonly [name: string]: string }): void {
    for (const [name, input] of Object.entries(this.inputs)) input.value = texts[name] ?? input.value;
    const ending = endings.find(([value]) => value === texts.ending);
    if (ending) this.setEnding(ending[0]);
  }

  private setEnding(ending: Ending): void {
    this.ending = ending;
    this.endings.value = ending;
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
    const notes = this.giveWay(values);
    const { temperature, topK, topP, length, beams, seed } = values;
    return { options: { temperature, topK, topP, length, beams, ending: this.ending }, seed, notes };
  }

  /** Changes what a person left as the run has it where it does not go with what they typed. */
  private giveWay(values: { [name: string]: number }): string[] {
    const notes: string[] = [];
    const change = (name: Name, value: number, why: string) => {
      notes.push(`${fields[name].label} ${values[name]} of the run gives way to ${why}.`);
      values[name] = value;
      this.inputs[name].value = String(value);
    };
    if (values.beams === 0) return notes;
    const cuts = (['topK', 'topP'] as const).filter((name) => values[name] !== all[name]);
    const long = values.length > longestSearch ? (['length'] as const) : [];
    if (this.typed.has('beams')) {
      for (const name of cuts)
        if (!this.typed.has(name)) change(name, all[name], 'beams, which search and do not sample');
      for (const name of long) if (!this.typed.has(name)) change(name, longestSearch, 'beams, which search no further');
    } else if ([...cuts, ...long].some((name) => this.typed.has(name))) change('beams', 0, 'what was typed');
    return notes;
  }
}

/** Values with which nothing is cut off a distribution. */
const all = { topK: 0, topP: 1 } as const;

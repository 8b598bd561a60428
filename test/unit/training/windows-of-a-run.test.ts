import { describe, expect, it } from 'vitest';
import { createState, type Engine, type State } from '../../../src/engine/engine';
import { parseConfiguration } from '../../../src/model/configuration';
import { ParameterTable } from '../../../src/model/parameters';
import { prepareCorpus } from '../../../src/text/corpus';
import type { Window } from '../../../src/text/windows';
import { TrainingControl } from '../../../src/training/control';
import { Trainer } from '../../../src/training/trainer';

/** What a trainer asked of its engine for one step. */
interface Asked {
  /** (T, B) */
  readonly inputs: readonly number[];
  /** Of every row, the hidden value on entry: how many windows it has seen since it was reset. */
  readonly entered: readonly number[];
}

const time = { now: () => 0, breathe: () => Promise.resolve() };

/** Trains with an engine that learns nothing, counts windows in its state, and records what it is asked. */
async function record(training: object): Promise<Asked[]> {
  const configuration = parseConfiguration(
    {
      text: { validation: 0 },
      model: { hidden: 1 },
      training: {
        batch: 2,
        steps: 5,
        maxSteps: 0,
        epochs: 4,
        evaluateEvery: 1000,
        continuationEvery: 1000,
        ...training,
      },
    },
    'Test',
  );
  // Every character is another one, so that a window's inputs say where in the text it is.
  const text = String.fromCodePoint(...Array.from({ length: 53 }, (_, i) => 0x4e00 + i));
  const corpus = prepareCorpus(text, configuration.text, 'Test');
  const shape = { ...configuration.model, vocabulary: corpus.tokenizer.vocabulary.length };
  const asked: Asked[] = [];
  const measure = ({ steps, batch }: Window) => ({ nats: steps * batch, tokens: steps * batch });
  const engine: Engine = {
    shape,
    threads: 1,
    parameters: new ParameterTable(shape),
    gradients: new ParameterTable(shape),
    moments: { first: new Float32Array(0), second: new Float32Array(0) },
    gradient(window: Window, state: State, pass) {
      if (!pass?.flow) asked.push({ inputs: [...window.inputs], entered: [...state.hidden] });
      for (let b = 0; b < state.batch; b++) state.hidden[b]++;
      return { ...measure(window), norm: 1 };
    },
    apply: () => undefined,
    evaluate: measure,
    step: () => new Float32Array(shape.vocabulary).fill(-Math.log(shape.vocabulary)),
    dispose: () => undefined,
  };
  expect(createState(shape, 2).hidden).toHaveLength(2);
  const window = { batch: 2, steps: 5 };
  const made = { engine, corpus, configuration, window, notes: [], baselines: [], prompt: text[0] };
  for await (const _ of new Trainer(made, new TrainingControl(), time).events());
  return asked;
}

/** Rows of a window as the tokens of the text that they are, one row of B after the other. */
const rowsOf = ({ inputs }: Asked) => [0, 1].map((b) => inputs.filter((_, i) => i % 2 === b));

describe('the windows of a run', () => {
  it('follow one another in the text under sequential sampling, each from the state that the one before left', async () => {
    const asked = await record({ sampling: 'sequential' });
    const starts = asked.filter(({ entered }) => entered[0] === 0);
    expect(starts).toHaveLength(4);
    expect(asked.length).toBeGreaterThan(15);
    for (const each of starts) expect(each.entered).toEqual([0, 0]);
    asked.forEach((each, i) => {
      if (starts.includes(each)) return;
      const before = asked[i - 1];
      expect(each.entered).toEqual(before.entered.map((count) => count + 1));
      for (const b of [0, 1]) expect(rowsOf(each)[b][0]).toBe(rowsOf(before)[b].at(-1)! + 1);
    });
  });

  it('begin at another offset each epoch', async () => {
    const offsets = (await record({ sampling: 'sequential', epochs: 12 }))
      .filter(({ entered }) => entered[0] === 0)
      .map((each) => rowsOf(each)[0][0] - 1);
    expect(offsets).toHaveLength(12);
    expect(offsets.every((offset) => offset >= 0 && offset < 5)).toBe(true);
    expect(new Set(offsets).size).toBeGreaterThan(2);
  });

  it('are strangers under random sampling: each from a zero state, in an order of its own', async () => {
    const asked = await record({ sampling: 'random' });
    expect(asked.length).toBeGreaterThan(15);
    for (const { entered } of asked) expect(entered).toEqual([0, 0]);
    const follows = asked.filter((each, i) => i > 0 && rowsOf(each)[0][0] === rowsOf(asked[i - 1])[0].at(-1)! + 1);
    expect(follows.length).toBeLessThan(asked.length / 2);
  });
});

import { describe, expect, it } from 'vitest';
import { type Continuation, continueText } from '../../../src/generation/continue';
import { CharacterTokenizer } from '../../../src/text/characters';
import { SubwordTokenizer } from '../../../src/text/subwords';
import { tokensOf } from './sampled';
import { tabledEngine } from './tabled-engine';

const tokenizer = new CharacterTokenizer(['<unk>', '\n', ' ', 'a', 'b', '.']);
const V = tokenizer.vocabulary.length;
const one = (id: number) => Array.from({ length: V }, (_, v) => (v === id ? 1 : 0));
const even = () => Array.from({ length: V }, () => 1 / V);
const options = { temperature: 1, topK: 0, topP: 1, length: 20 };
const request = { tokenizer, prompt: 'a', options, seed: 1, alternatives: 0 };
const textOf = (continuation: Continuation) =>
  tokensOf(continueText(continuation))
    .map(({ text }) => text)
    .join('');

/** Writes a cycle of ids: the one after the last one. */
const cycle = (...ids: number[]) => tabledEngine(V, (last) => one(ids[(ids.indexOf(last) + 1) % ids.length]));

describe('continueText', () => {
  it('goes on from the prompt through the state', () => {
    // a after a gives b, b after a gives b, b after b gives a: aabb aabb …
    const engine = tabledEngine(V, (last, before) => one(last === before ? (last === 3 ? 4 : 3) : last));
    expect(textOf({ ...request, engine, prompt: 'aa', options: { ...options, length: 6 } })).toBe('bbaabb');
    expect(textOf({ ...request, engine, prompt: 'aab', options: { ...options, length: 3 } })).toBe('baa');
  });

  it('gives the same text for the same seed, and another for another', () => {
    const engine = tabledEngine(V, even);
    const text = textOf({ ...request, engine });
    expect(textOf({ ...request, engine })).toBe(text);
    expect(textOf({ ...request, engine, seed: 2 })).not.toBe(text);
    expect(text.length).toBe(20);
  });

  it('never writes <unk>, unless there is nothing else', () => {
    const mostlyUnknown = tabledEngine(V, () => [0.95, 0.01, 0.01, 0.01, 0.01, 0.01]);
    for (const temperature of [0, 1]) {
      expect(textOf({ ...request, engine: mostlyUnknown, options: { ...options, temperature } })).not.toContain(
        '<unk>',
      );
    }
    const onlyUnknown = tabledEngine(V, () => one(0));
    expect(textOf({ ...request, engine: onlyUnknown, options: { ...options, length: 1 } })).toBe('<unk>');
  });

  it('starts an empty prompt after a line end', () => {
    const engine = tabledEngine(V, (last) => one(last === 1 ? 3 : 4));
    expect(textOf({ ...request, engine, prompt: '', options: { ...options, length: 2 } })).toBe('ab');
  });

  it('reads unseen characters as <unk>', () => {
    const engine = tabledEngine(V, (last) => one(last === 0 ? 4 : 3));
    expect(textOf({ ...request, engine, prompt: 'a😀', options: { ...options, length: 1 } })).toBe('b');
  });

  it('normalises the prompt as the text was', () => {
    const engine = tabledEngine(V, (last, before) => one(last === 2 && before === 3 ? 4 : 3));
    const length = { ...options, length: 1 };
    expect(textOf({ ...request, engine, prompt: 'A, ', options: length })).toBe('a');
    for (const normalize of ['letters', 'd2l'] as const) {
      expect(textOf({ ...request, engine, prompt: 'A, ', normalize, options: length })).toBe('b');
    }
  });

  it('ends with a line, a sentence or a given text, which is left out', () => {
    const engine = cycle(3, 4, 5, 2, 3, 1);
    expect(textOf({ ...request, engine: cycle(3, 4, 1), ending: 'line' })).toBe('b');
    expect(textOf({ ...request, engine: cycle(3, 4, 1), stop: '\n' })).toBe('b');
    expect(textOf({ ...request, engine, ending: 'sentence' })).toBe('b.');
    // The a is already written when the b arrives.
    expect(textOf({ ...request, engine: cycle(3, 4), stop: 'ab' })).toBe('ba');
  });

  it('reports bits at temperature 1 and alternatives of what it drew from', () => {
    const engine = tabledEngine(V, () => [0, 0, 0, 0.25, 0.75, 0]);
    const [token] = tokensOf(
      continueText({ ...request, engine, options: { ...options, temperature: 0.5 }, alternatives: 2 }),
    );
    expect(token.bits).toBeCloseTo(token.text === 'b' ? -Math.log2(0.75) : 2, 5);
    expect(token.alternatives.map(({ text }) => text)).toEqual(['b', 'a']);
    expect(token.alternatives[0].probability).toBeCloseTo(0.9, 5);
    const drawn = token.alternatives.find(({ text }) => text === token.text);
    expect(drawn?.bits, 'as surprising as when it is drawn').toBe(token.bits);
    const [greedy] = tokensOf(
      continueText({ ...request, engine, options: { ...options, temperature: 0 }, alternatives: 1 }),
    );
    expect(greedy.text).toBe('b');
    expect(greedy.alternatives[0].probability).toBeCloseTo(0.75, 5);
  });

  it('throws rather than loop on NaN', () => {
    const engine = tabledEngine(V, () => one(3).map(() => Number.NaN));
    expect(() => textOf({ ...request, engine })).toThrow(/no finite likelihood/);
  });

  it('writes a character of several subwords only when it is whole', () => {
    const bytes = new SubwordTokenizer([]);
    const euro = [...new TextEncoder().encode('€!')];
    const engine = tabledEngine(256, (last) => {
      const next = euro[(euro.indexOf(last) + 1) % euro.length];
      return Array.from({ length: 256 }, (_, id) => (id === next ? 1 : 0));
    });
    const tokens = tokensOf(continueText({ ...request, tokenizer: bytes, engine, options: { ...options, length: 5 } }));
    expect(tokens.map(({ text }) => text)).toEqual(['', '', '€', '!', '']);
  });
});

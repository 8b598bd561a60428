import { describe, expect, it } from 'vitest';
import { beamSearch } from '../../../src/generation/beam';
import { continueText } from '../../../src/generation/continue';
import { Random } from '../../../src/model/random';
import { CharacterTokenizer } from '../../../src/text/characters';
import { tabledEngine } from './tabled-engine';

const tokenizer = new CharacterTokenizer(['<unk>', '\n', 'a', 'b', 'c']);
const V = 5;

/** Random conditional probabilities of a token given the last two. */
function randomTable(seed: number) {
  const random = new Random(seed);
  const rows = Array.from({ length: V * V }, () => {
    const row = Array.from({ length: V }, () => random.uniform() ** 3);
    const total = row.reduce((a, b) => a + b);
    return row.map((p) => p / total);
  });
  return (last: number, before: number) => rows[last * V + before];
}

describe('beamSearch', () => {
  it.each([1, 2, 3])('finds the likeliest of all continuations when the beam is wide enough (seed %d)', (seed) => {
    const table = randomTable(seed);
    const found = beamSearch({ engine: tabledEngine(V, table), tokenizer, prompt: 'ab', beams: 64, length: 3 });
    const all: { text: string; bits: number }[] = [];
    for (let x = 1; x < V; x++)
      for (let y = 1; y < V; y++)
        for (let z = 1; z < V; z++) {
          const p = table(3, 2)[x] * table(x, 3)[y] * table(y, x)[z];
          all.push({ text: tokenizer.decode([x, y, z]), bits: -Math.log2(p) });
        }
    all.sort((a, b) => a.bits - b.bits);
    expect(found.length).toBe(64);
    expect(found.slice(0, 5).map(({ text }) => text)).toEqual(all.slice(0, 5).map(({ text }) => text));
    expect(found[0].bits).toBeCloseTo(all[0].bits, 4);
  });

  it('is greedy with one beam', () => {
    const engine = tabledEngine(V, randomTable(4));
    const options = { temperature: 0, topK: 0, topP: 1, length: 12 };
    const greedy = [...continueText({ engine, tokenizer, prompt: 'a', options, seed: 0, alternatives: 0 })];
    const [best] = beamSearch({ engine, tokenizer, prompt: 'a', beams: 1, length: 12 });
    expect(best.text).toBe(greedy.map(({ text }) => text).join(''));
    expect(best.bits).toBeCloseTo(
      greedy.reduce((sum, { bits }) => sum + bits, 0),
      3,
    );
  });

  it('ends with the line', () => {
    const engine = tabledEngine(V, (last) => (last === 2 ? [0, 0.1, 0, 0.9, 0] : [0, 0.9, 0, 0, 0.1]));
    const results = beamSearch({ engine, tokenizer, prompt: 'a', beams: 2, length: 9, ending: 'line' });
    expect(results[0].text).toBe('b');
    expect(results[0].bits).toBeCloseTo(-Math.log2(0.81), 4);
    expect(results.every(({ text }) => !text.includes('\n'))).toBe(true);
  });
});

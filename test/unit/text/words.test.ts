import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildCharacters } from '../../../src/text/characters';
import { normalize } from '../../../src/text/normalize';
import { buildWords, learnWords, segmentWords } from '../../../src/text/words';
import { readBook } from './texts';

const segmenter = new Intl.Segmenter('en', { granularity: 'word' });

/** The words of the product in the plainest way. */
const plainWords = (text: string) =>
  (text.match(/\n| +|[^ \n]+/g) ?? []).flatMap((piece) =>
    piece[0] === ' ' ? [piece] : [...segmenter.segment(piece)].map(({ segment }) => segment),
  );

const texts = fc.oneof(
  fc.array(fc.constantFrom(...'ab1_.,\'’:-é中ア \n\t"'.split('')), { maxLength: 120 }).map((units) => units.join('')),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.string({ unit: 'binary', maxLength: 200 }),
);

describe('words', () => {
  it('are those of the segmenter between spaces and line ends', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect([...segmentWords(text)]).toEqual(plainWords(text));
      }),
      { numRuns: 1000 },
    );
  });

  it('of a long stretch without spaces are the same each time, and nothing is lost', () => {
    for (const run of ['a', '中文', '😀', 'a.b', '_1']) {
      const text = run.repeat(100_000);
      expect([...segmentWords(text)].join('') === text).toBe(true);
    }
    expect([...segmentWords('x'.repeat(10_000_000))]).toHaveLength(Math.ceil(10_000_000 / 2048));
  });

  it('in a vocabulary are the most frequent, in order, and ties by their characters', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 300 }), fc.integer({ min: 2, max: 30 }), (words, V) => {
        const text = words.join(' ');
        const counts = new Map<string, number>();
        for (const one of plainWords(text)) counts.set(one, (counts.get(one) ?? 0) + 1);
        const sorted = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([one]) => one);
        expect(buildWords(text, V, 1).vocabulary).toEqual(['<unk>', ...sorted.slice(0, V - 1)]);
      }),
    );
  });

  it('are chosen from far more than there is room for', () => {
    // 60,000 words, of which the n-th occurs once, twice or three times.
    const words = Array.from({ length: 60_000 }, (_, n) => n.toString(36).padStart(4, '0'));
    const text = words.flatMap((word, n) => Array.from({ length: 1 + (n % 3) }, () => word)).join(' ');
    const expected = [' ', ...words.filter((_, n) => n % 3 === 2), ...words.filter((_, n) => n % 3 === 1)];
    expect(buildWords(text, 10_001, 1).vocabulary.slice(1)).toEqual(expected.slice(0, 10_000));
    expect(buildWords(text, 30_001, 2).vocabulary.slice(1)).toEqual(expected.slice(0, 30_000));
  });

  it('are learnt bit by bit', () => {
    const text = readBook('timemachine').text.slice(0, 300_000);
    const learning = learnWords(text, 1000, 2);
    let yields = 0;
    for (let next = learning.next(); !next.done; next = learning.next()) yields++;
    expect(yields).toBeGreaterThan(text.length / 50_000);
  });
});

describe('characters', () => {
  it('are learnt from a text with more of them than a call has arguments', () => {
    const points = Array.from({ length: 300_000 }, (_, n) => String.fromCodePoint(0x20000 + n));
    const { vocabulary } = buildCharacters(`${[...points].reverse().join('')}a`);
    expect(vocabulary).toHaveLength(300_002);
    expect(vocabulary.slice(0, 3)).toEqual(['<unk>', 'a', points[0]]);
  });
});

describe('lower case', () => {
  it('of a long text is that of the whole, a final sigma included', () => {
    const words = ['ΟΔΟΣ', 'ΣΟΦΟΣ', 'Σ', 'İSTANBUL', "ΟΣ'", 'plain', '😀', 'ΣΣ.', 'ΑΣ\u0301'];
    let state = 1;
    const text = Array.from({ length: 150_000 }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return words[state % words.length] + [' ', '\n', '-', ''][(state >>> 8) % 4];
    }).join('');
    expect(normalize(text, 'lowercase') === text.toLowerCase()).toBe(true);
    expect(normalize('Σ'.repeat(600_000), 'lowercase') === 'Σ'.repeat(600_000).toLowerCase()).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/model/random';
import { buildCharacters } from '../../../src/text/characters';
import { buildSubwords, SubwordTokenizer } from '../../../src/text/subwords';
import type { Tokenizer } from '../../../src/text/tokenizer';
import { buildWords, WordTokenizer } from '../../../src/text/words';

const text =
  `the quick quiet queen can’t quit; we can't. Käse, käsig  naïve\n\n  приветствие привет мир — “yes”, he said. \n`.repeat(
    3,
  );

/** Every text that covers give, at most a token beyond the stump. */
function textsOf(tokenizer: Tokenizer, stump: string): string[] {
  return tokenizer
    .covers(stump)
    .flatMap(({ before, next }) =>
      (next ?? tokenizer.vocabulary.map((_, id) => id)).map((id) => tokenizer.decode([...before, id])),
    );
}

describe('what a prompt ends within', () => {
  const words = buildWords(text, 500, 1);
  const subwords = buildSubwords(text, 330);

  it.each([
    ['the qui', 'qui'],
    ['the ', ' '],
    ['the  ', '  '],
    ['the\n', ''],
    ["we can'", "can'"],
    ['the (', '('],
    ['при', 'при'],
    ['', ''],
  ])('is, of %j in words, %j', (prompt, open) => {
    expect(prompt.slice(words.openFrom(prompt))).toBe(open);
  });

  it.each([
    ['the qui', ' qui'],
    ['the ', ' '],
    ['the \t ', ' \t '],
    ['the\n\n', '\n\n'],
    ["we can'", "'"],
    ['日本', '日本'],
    ['', ''],
  ])('is, of %j in subwords, %j', (prompt, open) => {
    expect(prompt.slice(subwords.openFrom(prompt))).toBe(open);
  });

  it('is nothing in characters', () => {
    const characters = buildCharacters(text);
    expect(characters.openFrom('the qui')).toBe(7);
    expect(characters.covers()).toEqual([{ before: [], isWhole: true }]);
  });

  it('is found at the end of a text without blanks in no time', () => {
    const long = 'х'.repeat(200_000);
    const began = performance.now();
    expect(long.length - words.openFrom(long)).toBeLessThanOrEqual(2048);
    expect(performance.now() - began).toBeLessThan(200);
  });
});

describe('the ways to read a text that begins with a stump', () => {
  const vocabulary = [
    '<unk>',
    ' ',
    '\n',
    'the',
    'quick',
    'quiet',
    'qui',
    'fox',
    '.',
    'yes',
    'can',
    "'",
    "can't",
    '日本',
    '  ',
  ];
  const words = new WordTokenizer(vocabulary);
  const named = (stump: string) =>
    words.covers(stump).map(({ before, isWhole, next }) => ({
      before: before.map((id) => vocabulary[id]),
      isWhole,
      next: next?.map((id) => vocabulary[id]),
    }));

  it('are, of words, the longer words, or what can stand after it', () => {
    expect(named('qui')).toEqual([
      { before: [], isWhole: false, next: ['quick', 'quiet'] },
      { before: ['qui'], isWhole: true, next: [' ', '\n', '.', "'", '日本', '  '] },
    ]);
    expect(named('quic')).toEqual([{ before: [], isWhole: false, next: ['quick'] }]);
    expect(named('zar')).toEqual([{ before: ['<unk>'], isWhole: true, next: [' ', '\n', '.', "'", '日本', '  '] }]);
    expect(named("can'")).toContainEqual({ before: [], isWhole: false, next: ["can't"] });
    expect(named(' ').map(({ next }) => next?.includes('fox'))).toEqual([false, true]);
    expect(named('      '), 'blanks that no text had').toMatchObject([{ before: ['  '], isWhole: true }]);
  });

  it('never name <unk> as what a person may mean by its letters', () => {
    expect(named('<')).toMatchObject([{ before: ['<unk>'] }]);
    expect(named('unk')).toMatchObject([{ before: ['<unk>'] }]);
  });

  it.each(['qui', 'can', "can'", '“', 'Kä', 'при', ' ', '  ', 'x', '.', 'z'])(
    'leave, in words, %j and what follows as the tokenizer reads them',
    (stump) => {
      const tokenizer = buildWords(text, 500, 1);
      const known = tokenizer.covers(stump).filter(({ before }) => !before.includes(0));
      for (const { before, next = [] } of known) {
        for (const id of next) {
          const ids = [...before, id];
          const whole = tokenizer.decode(ids);
          expect([...tokenizer.encode(whole)], JSON.stringify(whole)).toEqual(ids);
          expect(whole.startsWith(stump) && whole.length > stump.length).toBe(true);
        }
      }
    },
  );

  it.each([' qui', 'qui', ' ', '  ', '\n', ' can', '’', ' прив', 'Kä', ' “', '日', '.', 'zzz'])(
    'leave, in subwords, %j and what follows as the tokenizer reads them',
    (stump) => {
      const tokenizer = buildSubwords(text, 400);
      const seen = new Set<string>();
      for (const { before, next = [], isWhole } of tokenizer.covers(stump)) {
        for (const id of next) {
          const ids = [...before, id];
          const key = ids.join();
          expect(seen.has(key), 'each way once').toBe(false);
          seen.add(key);
          const whole = tokenizer.decode(ids);
          expect(whole.startsWith(stump)).toBe(true);
          if (whole.endsWith('\uFFFD')) continue;
          expect([...tokenizer.encode(whole)], JSON.stringify(whole)).toEqual(ids);
          expect(whole.length).toBeGreaterThan(stump.length);
          expect(isWhole).toBe(tokenizer.decode(before) === stump);
        }
      }
    },
  );

  it.each([' qui', ' ', '\n', ' пр', 'c', ' can', 'zz'])(
    'are all of them: what the tokenizer makes of any longer text begins with one (%j)',
    (stump) => {
      const tokenizer = buildSubwords(text, 400);
      const ways = new Set(
        tokenizer.covers(stump).flatMap(({ before, next = [] }) => next.map((id) => [...before, id].join())),
      );
      for (const more of [
        'ck',
        'et x',
        ' the',
        '\n',
        'ивет',
        'ивеи',
        't’',
        "'",
        '.',
        'q',
        '  x',
        '\t',
        '€',
        'ä',
        '1',
      ]) {
        const ids = [...tokenizer.encode(stump + more)];
        const begins = ids.map((_, n) => ids.slice(0, n + 1).join());
        expect(
          begins.some((key) => ways.has(key)),
          JSON.stringify(stump + more),
        ).toBe(true);
      }
    },
  );

  it('cost little after many characters without a blank', () => {
    const random = new Random(1);
    const words = Array.from({ length: 400 }, () =>
      String.fromCodePoint(...Array.from({ length: 3 }, () => 0x4e00 + Math.floor(random.uniform() ** 2 * 90))),
    );
    const chinese = Array.from({ length: 1500 }, () => words[Math.floor(random.uniform() ** 2 * 400)]).join('');
    const tokenizer = buildSubwords(chinese, 700);
    const began = performance.now();
    expect(tokenizer.covers(chinese.slice(0, 48)).at(-1)?.next?.length).toBeGreaterThan(100);
    expect(performance.now() - began).toBeLessThan(700);
  });

  it('cost little, in a large vocabulary', () => {
    const many = Array.from({ length: 19_000 }, (_, n) => `w${n.toString(36)}`);
    const tokenizer = new WordTokenizer(['<unk>', ' ', '—', 'abc', ...many]);
    const began = performance.now();
    for (const stump of ['w1', 'abc', '—', ' ', 'zzz']) expect(textsOf(tokenizer, stump).length).toBeGreaterThan(0);
    expect(performance.now() - began).toBeLessThan(1000);
  });
});

describe('bytes that are no text', () => {
  const stream = () => new SubwordTokenizer([]).stream();
  const fits = (bytes: number[], next: number) => {
    const reading = stream();
    for (const byte of bytes) reading.next(byte);
    return !reading.unfit().includes(next);
  };

  it('may not come next', () => {
    expect(fits([], 0x41)).toBe(true);
    expect(fits([], 0x80), 'a later byte of a character first').toBe(false);
    expect(fits([], 0xc0), 'no character begins with it').toBe(false);
    expect(fits([0xe2], 0x41), 'a character broken off').toBe(false);
    expect(fits([0xe2], 0x82)).toBe(true);
    expect(fits([0xe2, 0x82], 0xac)).toBe(true);
    expect(fits([0xed], 0xa0), 'a surrogate alone').toBe(false);
    expect(fits([0xed], 0x9f)).toBe(true);
    expect(fits([0xf0], 0x8f)).toBe(false);
    expect(fits([0xf0, 0x9f], 0x98)).toBe(true);
  });

  it('are named while their character is not whole', () => {
    const reading = stream();
    expect([reading.next(0x41), reading.piece]).toEqual(['A', '']);
    expect([reading.next(0xe2), reading.piece]).toEqual(['', 'E2']);
    expect([reading.next(0x82), reading.piece]).toEqual(['', '82']);
    expect([reading.next(0xac), reading.piece]).toEqual(['€', '']);
    const joined = new SubwordTokenizer([
      [0x41, 0xe2],
      [256, 0x82],
    ]).stream();
    expect([joined.next(257), joined.piece]).toEqual(['A', 'E2 82']);
  });
});

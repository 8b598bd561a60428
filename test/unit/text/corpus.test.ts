import { describe, expect, it } from 'vitest';
import { corpusFor, prepareCorpus, type TextOptions } from '../../../src/text/corpus';
import { percent } from '../../../src/text/losses';
import { readBook } from './texts';

const options: TextOptions = {
  tokenizer: 'characters',
  vocabularySize: 1024,
  minFrequency: 1,
  normalize: 'none',
  limit: 0,
  validation: 0.1,
};

describe('prepareCorpus', () => {
  it('splits at the floor of the share, without a copy', () => {
    const corpus = prepareCorpus('abcabcabcab', options, 'a.txt');
    expect(corpus.training.length).toBe(9);
    expect(corpus.validation.length).toBe(2);
    expect(corpus.validation.buffer).toBe(corpus.ids.buffer);
    expect(corpus.tokenizer.decode(corpus.validation)).toBe('ab');
  });

  it('takes the vocabulary from the whole text and the ids from its limit', () => {
    const corpus = prepareCorpus('ab😀c', { ...options, limit: 3, validation: 0 }, 'a.txt');
    expect(corpus.tokenizer.vocabulary).toEqual(['<unk>', 'a', 'b', 'c', '😀']);
    expect([...corpus.ids]).toEqual([1, 2, 4]);
    expect(corpus.characters).toBe(3);
  });

  it('counts characters per token', () => {
    const corpus = prepareCorpus('ab ab ab', { ...options, tokenizer: 'words', validation: 0 }, 'a.txt');
    expect(corpus.ids.length).toBe(5);
    expect(corpus.charactersPerToken).toBe(8 / 5);
  });

  it('gives the lecture’s book 28 tokens', () => {
    const { text, isSample } = readBook('timemachine');
    const corpus = prepareCorpus(text, { ...options, normalize: 'd2l' }, 'book');
    expect(corpus.tokenizer.vocabulary.length).toBe(28);
    if (!isSample) expect(corpus.ids.length).toBe(170580); // d2l's own count
  });

  it.each([
    ['aaaa', {}, 'a.txt has one distinct character, "a"'],
    ['😀😀', {}, 'a.txt has one distinct character, "😀"'],
    ['ab', { limit: 1 }, 'a.txt has one distinct character'],
    [' \n ', {}, 'a.txt is empty or has only white space'],
    ['123 456', { normalize: 'letters' }, 'a.txt has no letter from A to Z'],
    ['Широка', { normalize: 'letters' }, 'a.txt has no letter from A to Z'],
    [' \n \n\n ab', { limit: 4 }, 'The beginning of a.txt, which text.limit leaves, has only white space'],
    ['ab'.repeat(480), { tokenizer: 'subwords' }, 'a.txt is one token over and over, "ababab'],
    ['e\u0301\u00e9', {}, 'a.txt has one distinct character, "é"'],
  ] as const)('refuses %j with %j', (text, changes, message) => {
    expect(() => prepareCorpus(text, { ...options, ...changes }, 'a.txt')).toThrow(message);
  });
});

describe('what is lost of a text', () => {
  const notesOf = (text: string, changes: Partial<TextOptions>) =>
    prepareCorpus(text, { ...options, ...changes }, 'a.txt').notes;
  const russian = 'Широка страна моя родная OK много в ней лесов\n'.repeat(80);
  const french = 'Le cœur a ses raisons que la raison ne connaît point, déjà vu\n'.repeat(80);
  const english = 'The quick brown fox jumps over the lazy dog.\n'.repeat(80);

  it('is nothing where nothing is', () => {
    expect(notesOf(english, { normalize: 'letters' })).toEqual([]);
    expect(notesOf(english, { tokenizer: 'words' })).toEqual([]);
    expect(notesOf(russian, {})).toEqual([]);
    expect(notesOf(russian, { normalize: 'lowercase', tokenizer: 'subwords' })).toEqual([]);
  });

  it('is told where it is some of the letters, and refused where it is most of them', () => {
    expect(notesOf(french, { normalize: 'letters' })).toEqual([
      "8.3% of the letters of a.txt (320 of 3,840) are left out, as text.normalize 'letters' keeps only those from A to Z; 'none' and 'lowercase' keep them all.",
    ]);
    for (const normalize of ['letters', 'd2l'] as const) {
      expect(() => notesOf(russian, { normalize })).toThrow(
        `a.txt would lose 95% of its letters, as text.normalize '${normalize}' keeps only those from A to Z: set it to 'none' or 'lowercase'.`,
      );
    }
    // Letters beyond the first plane are letters too.
    expect(() => notesOf('abcd 𐐷𐑊𐐮𐐿', { normalize: 'letters' })).toThrow('would lose 50% of its letters');
  });

  it('is told where it is some of the words, and refused where it is all of them', () => {
    const numbers = Array.from({ length: 1501 }, (_, i) => 100_000 + i).join(' ');
    const words = { tokenizer: 'words', minFrequency: 2 } as const;
    expect(() => notesOf(numbers, words)).toThrow(
      "a.txt has no word that is frequent enough, only white space and marks: lower text.minFrequency (2), raise text.vocabularySize (1024), or take the tokenizer 'characters' or 'subwords', which know every word.",
    );
    expect(notesOf(`the ${numbers} the, the.`, words)).toEqual([
      expect.stringMatching(
        /^99% of the words of a\.txt \(1,501 of 1,504\) are too rare for the vocabulary and became <unk>: lower /,
      ),
    ]);
    expect(notesOf('... --- ...\n'.repeat(80), words), 'a text without words loses none').toEqual([]);
  });

  it('is told where characters hardly ever occur twice, or were lost before', () => {
    const once = String.fromCharCode(...Array.from({ length: 20_000 }, (_, i) => 0x4e00 + i));
    expect(notesOf(once, {})).toEqual([
      expect.stringMatching(
        /^a\.txt has 20,000 distinct characters among 20,000, so that there is little to learn of each/,
      ),
    ]);
    expect(notesOf('caf\uFFFD au lait '.repeat(50), { validation: 0 })).toEqual([
      expect.stringMatching(/^a\.txt has 50 replacement characters \(U\+FFFD, 7\.7% of it\)/),
    ]);
  });

  it('is told where a limit or a share leaves next to nothing', () => {
    expect(notesOf(english, { limit: 30, validation: 0 })).toEqual([
      'text.limit (30) uses 30 of the 3,600 characters of a.txt (0.83%).',
    ]);
    expect(notesOf(english, { validation: 0.001 })).toEqual([
      'text.validation (0.001) holds out 4 tokens of a.txt, too few to measure a model well: hold out more of it, or use a longer text.',
    ]);
  });

  it('is told of a text that a model is measured on, and never refused there', () => {
    const letters = { ...options, normalize: 'letters' } as const;
    const { tokenizer } = prepareCorpus(english, letters, 'a.txt');
    expect(corpusFor(tokenizer, russian, letters, 'b.txt').notes).toEqual([
      expect.stringMatching(/^95% of the letters of b\.txt/),
    ]);
  });
});

it('shows a share as neither none nor all unless it is', () => {
  expect([0, 0.00012, 0.034, 0.5, 0.9996, 1].map(percent)).toEqual(['0%', '0.012%', '3.4%', '50%', '99%', '100%']);
});

describe('corpusFor', () => {
  const { tokenizer } = prepareCorpus('abc', options, 'a.txt');

  it('reads what it does not know as <unk>', () => {
    expect([...corpusFor(tokenizer, 'a!b', options, 'b.txt').ids]).toEqual([1, 0, 2]);
  });

  it('refuses a text of which it knows nothing', () => {
    expect(() => corpusFor(tokenizer, 'xyz', options, 'b.txt')).toThrow(/^b\.txt has no token that the model knows/);
  });

  it('refuses and names unknown characters if told to', () => {
    const strict = { ...options, refuseUnknown: true };
    expect(() => corpusFor(tokenizer, 'a!b\n', strict, 'b.txt')).toThrow('(! \\n)');
    expect(corpusFor(tokenizer, 'ab', strict, 'b.txt').ids.length).toBe(2);
  });
});

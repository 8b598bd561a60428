import { describe, expect, it } from 'vitest';
import { corpusFor, prepareCorpus, type TextOptions } from '../../../src/text/corpus';
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
    ['aaaa', {}, "a.txt has one distinct character, 'a'"],
    ['😀😀', {}, "a.txt has one distinct character, '😀'"],
    ['ab', { limit: 1 }, 'a.txt has one distinct character'],
    [' \n ', {}, 'a.txt is empty or has only white space'],
    ['123 456', { normalize: 'letters' }, 'a.txt has no letter from A to Z'],
  ] as const)('refuses %j with %j', (text, changes, message) => {
    expect(() => prepareCorpus(text, { ...options, ...changes }, 'a.txt')).toThrow(message);
  });
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

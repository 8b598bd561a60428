import { describe, expect, it } from 'vitest';
import { createEngine } from '../../../src/engine/create';
import { modelSchema } from '../../../src/model/configuration';
import { corpusFor, prepareCorpus } from '../../../src/text/corpus';
import { evaluateAll } from '../../../src/training/perplexity';
import { dist } from '../training/train';
import { asItStands } from './texts';

// 7 distinct characters; the words: ab, space, cdé, space, ab, space, cf, space, ab.
const text = 'ab cdé ab cf ab';

/** A model whose weights are all zero holds every token equally likely. */
async function uniformly(corpus: ReturnType<typeof prepareCorpus>) {
  const shape = { ...modelSchema.parse({ hidden: 3 }), vocabulary: corpus.tokenizer.vocabulary.length };
  const engine = await createEngine('tfjs', shape, { dist });
  const sum = evaluateAll(engine, corpus.ids, 1, 64);
  engine.dispose();
  return { sum, bits: sum.bitsPerCharacter(corpus.stretch(1, 1 + sum.tokens)) };
}

describe('bits per character of a uniform model', () => {
  it('of characters are log2 V', async () => {
    const corpus = prepareCorpus(text, asItStands, 'a.txt');
    const { sum, bits } = await uniformly(corpus);
    expect(sum.tokens).toBe(14);
    expect(sum.perplexity).toBeCloseTo(8, 4);
    expect(bits).toBeCloseTo(3, 5);
  });

  it('of words charge <unk> its spelling', async () => {
    const corpus = prepareCorpus(text, { ...asItStands, tokenizer: 'words' }, 'a.txt');
    expect(corpus.tokenizer.vocabulary).toEqual(['<unk>', ' ', 'ab']);
    const { sum, bits } = await uniformly(corpus);
    expect(sum.tokens).toBe(8);
    // 8 tokens of log2 3 bits; cdé and cf with an end mark each, 7 symbols among 7 characters and the mark; 13 characters.
    expect(bits).toBeCloseTo((8 * Math.log2(3) + 7 * 3) / 13, 5);
  });

  it('of subwords count characters by their bytes', async () => {
    const corpus = prepareCorpus(text, { ...asItStands, tokenizer: 'subwords', vocabularySize: 256 }, 'a.txt');
    const { sum, bits } = await uniformly(corpus);
    // 16 bytes, é has two; all but the first are predicted, and they are 14 characters.
    expect(sum.tokens).toBe(15);
    expect(bits).toBeCloseTo((15 * 8) / 14, 5);
  });

  it('are not lower for a vocabulary that leaves more words out', async () => {
    const words = { ...asItStands, tokenizer: 'words' } as const;
    const book = 'the ant sees a bee, the bee sees an elk, the elk sees the owl; '.repeat(3);
    const all = await uniformly(prepareCorpus(book, { ...words, minFrequency: 1 }, 'a.txt'));
    const few = await uniformly(prepareCorpus(book, { ...words, minFrequency: 12 }, 'a.txt'));
    expect(few.sum.perplexity).toBeLessThan(all.sum.perplexity);
    expect(few.bits).toBeGreaterThan(all.bits);
  });
});

describe('a stretch of a corpus', () => {
  it('has its own characters, not those of the whole text', () => {
    const corpus = prepareCorpus(
      'a a a a antidisestablishmentarianism',
      { ...asItStands, tokenizer: 'words' },
      'a.txt',
    );
    expect(corpus.stretch(0, 8)).toEqual({ characters: 8, unknownTokens: 0, unknownBits: 0 });
    expect(corpus.stretch(7, 9).characters).toBe(29);
    expect(corpus.charactersPerToken).toBe(4);
  });

  it('spells characters that another text did not have', () => {
    const { tokenizer } = prepareCorpus('abab', asItStands, 'a.txt');
    const { stretch } = corpusFor(tokenizer, 'a😀b', asItStands, 'b.txt');
    expect(stretch(0, 3)).toEqual({ characters: 3, unknownTokens: 1, unknownBits: 2 * Math.log2(4) });
    expect(stretch(0, 1)).toEqual({ characters: 1, unknownTokens: 0, unknownBits: 0 });
  });
});

describe('every stretch of any text', () => {
  const texts = {
    Cyrillic: 'абвгдежзик абвгд',
    accents: 'é naïve café é',
    combining: 'e\u0301a\u0308 nai\u0308ve',
    Chinese: '学而时习之，不亦说乎？学而时',
    Arabic: 'السلام عليكم السلام',
    Devanagari: 'नमस्ते दुनिया नमस्ते',
    emoji: '👩‍👩‍👧 😀😀 ok 🏳️‍🌈',
    'lone surrogates': 'a\ud800b\udc00\udc00c\ud83d d',
    mixed: 'aé€😀 aé€😀\ufffd\u0000',
  };
  const ways = [
    ['characters', 1024, 1],
    ['words', 1024, 1],
    ['words that are nearly all rare', 3, 1],
    ['bytes', 256, 1],
    ['subwords', 262, 1],
  ] as const;
  const all = Object.entries(texts).flatMap(([name, one]) => ways.map((way) => [name, one, ...way] as const));

  it.each(all)('%s (%s) as %s has characters, which add up', (_, one, way, vocabularySize, minFrequency) => {
    const tokenizer = way === 'bytes' ? 'subwords' : (way.split(' ')[0] as 'characters' | 'words' | 'subwords');
    const { ids, characters, stretch } = prepareCorpus(
      one,
      { ...asItStands, tokenizer, vocabularySize, minFrequency },
      'a.txt',
    );
    expect(characters).toBe([...one.normalize('NFC')].length);
    expect(stretch(0, ids.length).characters).toBe(characters);
    for (let from = 0; from < ids.length; from++) {
      for (let to = from + 1; to <= ids.length; to++) {
        const part = stretch(from, to);
        expect(part.characters).toBeGreaterThan(0.2);
        expect(Number.isFinite(part.unknownBits)).toBe(true);
        expect(stretch(0, from).characters + part.characters + stretch(to, ids.length).characters).toBeCloseTo(
          characters,
          9,
        );
      }
    }
  });

  it('charges the second byte of a letter half of it', async () => {
    const corpus = prepareCorpus('éa', { ...asItStands, tokenizer: 'subwords', vocabularySize: 256 }, 'a.txt');
    expect(corpus.stretch(1, 2)).toEqual({ characters: 0.5, unknownTokens: 0, unknownBits: 0 });
    const { bits } = await uniformly(corpus);
    expect(bits).toBeCloseTo((2 * 8) / 1.5, 5);
  });
});

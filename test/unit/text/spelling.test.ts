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

  it('of subwords count the characters that begin in them', async () => {
    const corpus = prepareCorpus(text, { ...asItStands, tokenizer: 'subwords', vocabularySize: 256 }, 'a.txt');
    const { sum, bits } = await uniformly(corpus);
    // 16 bytes, é has two; all but the first are predicted, and 14 characters begin in them.
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

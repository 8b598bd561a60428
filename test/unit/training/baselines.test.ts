import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/model/random';
import { prepareCorpus } from '../../../src/text/corpus';
import { baselines, bestBaseline } from '../../../src/training/baselines';
import { diagnose } from '../../../src/training/diagnosis';
import { NgramCounts } from '../../../src/training/ngrams';
import { readBook } from '../text/texts';

const options = { tokenizer: 'characters', vocabularySize: 1024, minFrequency: 1, limit: 0, validation: 0.1 } as const;

/** Add-0.1 n-gram perplexity of a text, by maps of strings: the table that the baselines must not be worse than. */
function addTenth(training: string, validation: string, n: number, V: number): number {
  const counts = new Map<string, number>();
  const contexts = new Map<string, number>();
  for (let i = 0; i + n <= training.length; i++) {
    const gram = training.slice(i, i + n);
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
    contexts.set(gram.slice(0, -1), (contexts.get(gram.slice(0, -1)) ?? 0) + 1);
  }
  let nats = 0;
  for (let i = n - 1; i < validation.length; i++) {
    const gram = validation.slice(i - n + 1, i + 1);
    nats -= Math.log(((counts.get(gram) ?? 0) + 0.1) / ((contexts.get(gram.slice(0, -1)) ?? 0) + 0.1 * V));
  }
  return Math.exp(nats / (validation.length - n + 1));
}

describe('baselines', () => {
  const { text } = readBook('timemachine');
  const book = prepareCorpus(text.slice(0, 200_000), { ...options, normalize: 'letters' }, 'book');
  const V = book.tokenizer.vocabulary.length;
  const splits = [
    {
      name: 'the first 15,000 characters',
      training: book.ids.subarray(0, 10_000),
      validation: book.ids.subarray(10_000, 15_000),
    },
    { name: 'the book', training: book.training, validation: book.validation },
  ];

  it.each(splits)('are no worse than add-0.1 n-grams on $name', ({ training, validation }) => {
    const found = baselines(training, validation, V);
    expect(found.map(({ name }) => name)).toEqual([
      'uniform',
      'unigram',
      '2-gram',
      '3-gram',
      '4-gram',
      '5-gram',
      '6-gram',
    ]);
    expect(found[0].perplexity).toBe(V);
    const [left, right] = [training, validation].map((ids) => book.tokenizer.decode(ids));
    for (let n = 1; n <= 6; n++) {
      // A thousandth more is allowed: both smooth what hardly needs it.
      expect(found[n].perplexity).toBeLessThan(1.001 * addTenth(left, right, n, V));
    }
  });

  it('beat the best add-0.1 n-gram of any order on the book', () => {
    const [left, right] = [book.training, book.validation].map((ids) => book.tokenizer.decode(ids));
    const rival = Math.min(...[3, 4, 5, 6].map((n) => addTenth(left, right, n, V)));
    expect(bestBaseline(baselines(book.training, book.validation, V))!.perplexity).toBeLessThan(0.95 * rival);
  });

  it('know a text that repeats itself', () => {
    const ids = Uint8Array.from({ length: 4000 }, (_, i) => 1 + (i % 3));
    const found = baselines(ids, ids.subarray(0, 300), 4);
    expect(found[1].perplexity).toBeCloseTo(3, 1);
    expect(found[2].perplexity).toBeLessThan(1.01);
  });

  it('say nothing about a validation text without a second token', () => {
    expect(baselines(Uint8Array.of(1, 2, 3), Uint8Array.of(1), 4)).toEqual([]);
  });

  it('count a million tokens, and of more different sequences than there is room for the first', () => {
    const random = new Random(1);
    const shakespeare = prepareCorpus(readBook('tinyshakespeare').text, { ...options, normalize: 'none' }, 'book');
    const rows = baselines(shakespeare.training, shakespeare.validation, shakespeare.tokenizer.vocabulary.length);
    expect(bestBaseline(rows)!.perplexity).toBeLessThan(6);
    const noise = Uint16Array.from({ length: 300_000 }, () => random.below(60_000));
    expect(baselines(noise, noise.slice(0, 1000), 60_001)[1].perplexity).toBeGreaterThan(1000);
  });
});

it('every context’s probabilities sum to 1, for every order', () => {
  const random = new Random(2);
  const V = 5;
  const ids = Uint8Array.from({ length: 400 }, () => random.below(V - 1));
  const counts = new NgramCounts(4);
  counts.add(ids);
  for (const context of [[], [0], [1, 2], [3, 3, 3], [4], [2, 4, 1, 0, 3]]) {
    const sums = new Float64Array(4);
    for (let next = 0; next < V; next++) {
      const probabilities = new Float64Array(4);
      counts.restart();
      for (const id of [...context, next]) counts.read(id, 1 / V, probabilities);
      probabilities.forEach((p, n) => {
        sums[n] += p;
      });
    }
    for (const sum of sums) expect(sum).toBeCloseTo(1, 12);
  }
});

describe('diagnose', () => {
  const lines = [
    { name: 'uniform', perplexity: 28 },
    { name: 'unigram', perplexity: 16.7 },
    { name: '5-gram', perplexity: 4.5 },
  ];

  it.each([
    [{ training: 17, validation: 17, best: 17 }, 'Not learning yet'],
    [{ training: 8, validation: 8, best: 8 }, 'Learning'],
    [{ training: 4, validation: 4, best: 4 }, 'Better than every n-gram'],
    [{ training: 1, validation: 40, best: 8 }, 'Memorising'],
    [{ training: 3, validation: 4.2, best: 4 }, 'Memorising'],
    [{ training: 3.9, validation: 4.2, best: 4 }, 'Better than every n-gram'],
    [{ validation: Number.NaN, best: 4 }, 'The validation perplexity is not a number'],
  ])('%j: %s', (standing, beginning) => {
    expect(diagnose({ ...standing, baselines: lines, tokens: 100_000 }).startsWith(beginning)).toBe(true);
  });

  it('says nothing without a line to compare with', () => {
    expect(diagnose({ validation: 5, best: 5, baselines: [], tokens: 100_000 })).toBe('');
  });
});

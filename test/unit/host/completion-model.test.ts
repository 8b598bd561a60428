import { describe, expect, it } from 'vitest';
import { areRelated, type Candidate, chooseModel, isUseful } from '../../../src/host/completion-model';

const languages: Record<string, string> = { ts: 'typescript', py: 'python', md: 'markdown', tsx: 'typescriptreact' };
const languageOf = (name: string) => languages[name.split('.').at(-1) ?? ''] ?? 'plaintext';
const baselines = [
  { name: 'uniform', perplexity: 84 },
  { name: 'unigram', perplexity: 23 },
  { name: '2-gram', perplexity: 12 },
  { name: '3-gram', perplexity: 8 },
];

interface Told {
  readonly name: string;
  readonly source?: string;
  /** Of the weights that serve. */
  readonly perplexity?: number;
  readonly bits?: number;
  readonly started?: number;
  readonly live?: boolean;
  readonly latest?: object;
  readonly prepared?: object;
  readonly hasCheckpoint?: boolean;
  readonly uri?: string;
  readonly touched?: boolean;
}

type Named = Candidate & { readonly name: string };

/** A run on a book whose model is better than the 2-gram, but for what is told. */
function run(told: Told): Named {
  const {
    name,
    source = 'book.txt',
    perplexity = 6,
    bits = 2.5,
    started = 0,
    live = false,
    uri = `file:///${source}`,
  } = told;
  return {
    name,
    isLive: live,
    wasTouched: told.touched ?? true,
    uri: { scheme: uri.split(':')[0], toString: () => uri },
    summary: {
      source,
      started,
      state: live ? 'running' : 'finished',
      hasCheckpoint: told.hasCheckpoint ?? true,
      prepared: {
        event: 'prepared',
        vocabulary: 84,
        trainingTokens: 900_000,
        validationTokens: 100_000,
        charactersPerToken: 1,
        parameters: 1,
        stepsPerEpoch: 1,
        totalSteps: 1,
        batch: 1,
        steps: 1,
        engine: 'fused',
        threads: 1,
        notes: [],
        baselines,
        ...told.prepared,
      },
      latest: {
        step: 1,
        totalSteps: 1,
        epoch: 1,
        perplexity: 1,
        validationPerplexity: perplexity,
        bitsPerCharacter: bits,
        bestPerplexity: perplexity,
        bestStep: 1,
        bestBitsPerCharacter: bits,
        gradNorm: 1,
        clipRate: 0,
        learningRate: 1,
        tokensPerSecond: 1,
        seconds: 1,
        ...told.latest,
      },
    },
  };
}

function choose(
  runs: Named[],
  document: { uri?: string; languageId?: string } = {},
  asked = false,
): string | undefined {
  const { uri = 'file:///notes.txt', languageId = 'plaintext' } = document;
  const served = { uri: { scheme: uri.split(':')[0], toString: () => uri }, languageId };
  return chooseModel(runs, served, languageOf, asked)?.name;
}

describe('A model is listened to', () => {
  it.each([
    ['better than the 2-gram', run({ name: 'a', perplexity: 11.9 }), true],
    ['as good as the 2-gram', run({ name: 'a', perplexity: 12 }), false],
    ['noise', run({ name: 'a', perplexity: 40 }), false],
    [
      'better than a 2-gram that is worse than the unigram',
      run({
        name: 'a',
        perplexity: 11,
        prepared: {
          baselines: [
            { name: 'unigram', perplexity: 10 },
            { name: '2-gram', perplexity: 12 },
          ],
        },
      }),
      false,
    ],
    [
      'better than a 2-gram that is worse than guessing',
      run({
        name: 'a',
        perplexity: 11,
        prepared: {
          baselines: [
            { name: 'uniform', perplexity: 10 },
            { name: '2-gram', perplexity: 12 },
          ],
        },
      }),
      false,
    ],
    [
      'with nothing held out',
      run({ name: 'a', prepared: { validationTokens: 0, baselines: [] }, latest: { bestPerplexity: undefined } }),
      false,
    ],
    ['with a handful of tokens held out', run({ name: 'a', prepared: { validationTokens: 20 } }), false],
    ['not measured yet', run({ name: 'a', live: true, latest: { validationPerplexity: undefined } }), false],
    ['measured as no number', run({ name: 'a', latest: { bestPerplexity: Number.NaN } }), false],
    [
      'of a record that lacks its numbers',
      run({ name: 'a', prepared: { baselines: undefined, validationTokens: undefined } }),
      false,
    ],
    ['under way and better', run({ name: 'a', live: true, perplexity: 9 }), true],
    [
      'under way, and worse than it was',
      run({ name: 'a', live: true, latest: { validationPerplexity: 30, bestPerplexity: 9 } }),
      false,
    ],
    ['over, and once better', run({ name: 'a', latest: { validationPerplexity: 30, bestPerplexity: 9 } }), true],
  ])('%s', (_, candidate, useful) => {
    expect(isUseful(candidate)).toBe(useful);
    expect(choose([candidate])).toBe(useful ? 'a' : undefined);
    expect(choose([candidate], {}, true)).toBe('a');
  });

  it('only if it has weights', () => {
    expect(choose([run({ name: 'a', hasCheckpoint: false })])).toBeUndefined();
    expect(choose([run({ name: 'a', hasCheckpoint: false })], {}, true)).toBeUndefined();
  });
});

describe('Of several models serves', () => {
  const good = run({ name: 'good', bits: 2, started: 1 });

  it.each<[string, Named[], string]>([
    ['the best, whatever is newer', [run({ name: 'experiment', bits: 3.4, perplexity: 11, started: 9 }), good], 'good'],
    [
      'a finished one before one under way that is worse',
      [run({ name: 'live', bits: 2.6, live: true, started: 9 }), good],
      'good',
    ],
    ['one under way that has become better', [run({ name: 'live', bits: 1.9, live: true, started: 9 }), good], 'live'],
    ['the newest of those that are about as good', [run({ name: 'newer', bits: 2.04, started: 9 }), good], 'newer'],
    [
      'the best by its best, not by its last',
      [run({ name: 'risen', bits: 1.8, latest: { bitsPerCharacter: 5 } }), good],
      'risen',
    ],
    [
      'one whose record has no best bits',
      [run({ name: 'old', latest: { bitsPerCharacter: 1.5, bestBitsPerCharacter: undefined } }), good],
      'old',
    ],
    [
      'one of a book before one of a short text',
      [run({ name: 'fox', bits: 0.1, prepared: { trainingTokens: 1800 } }), good],
      'good',
    ],
    [
      'one of a short text if there is no other',
      [run({ name: 'fox', bits: 0.1, prepared: { trainingTokens: 1800 } })],
      'fox',
    ],
    [
      'one of many characters in few tokens',
      [run({ name: 'words', bits: 1.5, prepared: { trainingTokens: 20_000, charactersPerToken: 4 } }), good],
      'words',
    ],
  ])('%s', (_, runs, name) => {
    expect(choose(runs)).toBe(name);
    expect(choose([...runs].reverse())).toBe(name);
  });

  it('one of this very document before better ones of others', () => {
    const own = run({ name: 'own', source: 'notes.txt', bits: 3, prepared: { trainingTokens: 5000 } });
    expect(choose([good, own])).toBe('own');
    expect(choose([good, own], { uri: 'file:///other/notes.txt' })).toBe('good');
  });

  it('another one while that of this very document is no better than its 2-gram', () => {
    expect(choose([good, run({ name: 'own', source: 'notes.txt', perplexity: 20 })])).toBe('good');
  });

  it('one of this very document in any language', () => {
    const own = run({ name: 'own', source: 'data.log' });
    expect(choose([good, own], { uri: 'file:///data.log', languageId: 'log' })).toBe('own');
  });

  it('no model of an untitled document that was another one', () => {
    const untitled = { source: 'Untitled-1', uri: 'untitled:Untitled-1', bits: 3 };
    const document = { uri: 'untitled:Untitled-1' };
    expect(choose([good, run({ name: 'this', ...untitled })], document)).toBe('this');
    expect(choose([good, run({ name: 'then', ...untitled, touched: false })], document)).toBe('good');
  });

  it.each<[string, string, string, boolean]>([
    ['prose in Markdown', 'book.txt', 'markdown', true],
    ['Markdown in plain text', 'notes.md', 'plaintext', true],
    ['a file of no known kind in plain text', 'corpus', 'plaintext', true],
    ['TypeScript in Python', 'main.ts', 'python', false],
    ['TypeScript in plain text', 'main.ts', 'plaintext', false],
    ['prose in Python', 'book.txt', 'python', false],
    ['TypeScript in TypeScript', 'main.ts', 'typescript', true],
    ['TypeScript in JavaScript', 'main.ts', 'javascript', true],
    ['TypeScript with JSX in TypeScript', 'app.tsx', 'typescript', true],
  ])('one of the same kind: %s', (_, source, languageId, serves) => {
    const model = run({ name: 'a', source });
    expect(choose([model], { languageId })).toBe(serves ? 'a' : undefined);
    expect(choose([model], { languageId }, true)).toBe('a');
  });

  it('one of the same kind before others, when it is asked for', () => {
    const code = run({ name: 'code', source: 'main.ts', bits: 1 });
    const early = run({ name: 'early', perplexity: 50, bits: 5 });
    expect(choose([code, early], {}, true)).toBe('early');
    expect(choose([code, early, good], {}, true)).toBe('good');
  });
});

it('Languages are related to themselves, to dialects, and prose to prose', () => {
  expect(areRelated('rust', 'rust')).toBe(true);
  expect(areRelated('latex', 'markdown')).toBe(true);
  expect(areRelated('c', 'cpp')).toBe(true);
  expect(areRelated('c', 'css')).toBe(false);
  expect(areRelated('html', 'plaintext')).toBe(false);
});

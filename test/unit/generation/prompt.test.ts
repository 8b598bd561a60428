import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { surprise } from '../../../src/analysis/surprise';
import { createEngine } from '../../../src/engine/create';
import { createState, type Engine } from '../../../src/engine/engine';
import { type GenerationRequest, generate } from '../../../src/generation/generate';
import { longestRead, type PromptReport } from '../../../src/generation/prompt';
import type { SampledToken } from '../../../src/generation/sampled-token';
import { readCheckpoint, shapeOf } from '../../../src/model/checkpoint';
import { generationSchema } from '../../../src/model/configuration';
import { Random } from '../../../src/model/random';
import { buildCharacters, CharacterTokenizer } from '../../../src/text/characters';
import { SubwordTokenizer } from '../../../src/text/subwords';
import type { Tokenizer } from '../../../src/text/tokenizer';
import { segmentWords, WordTokenizer } from '../../../src/text/words';
import { dist, of, train } from '../training/train';
import { tokensOf } from './sampled';
import { tabledEngine } from './tabled-engine';

type Asked = Omit<Partial<GenerationRequest>, 'options'> & { options?: Partial<GenerationRequest['options']> };

/** What a model writes after a prompt. */
function write(engine: Engine, tokenizer: Tokenizer, prompt: string, asked: Asked = {}) {
  const options = { ...generationSchema.parse({ length: 8 }), ...asked.options };
  let report: PromptReport = { unknown: { pieces: [], share: 0, atEnd: false }, surprise: 0, notes: [] };
  const request = { seed: 0, alternatives: 0, ...asked, engine, tokenizer, prompt, options };
  const tokens = tokensOf(
    generate({
      ...request,
      report: (told) => {
        report = told;
      },
    }),
  );
  return { tokens, text: tokens.map(({ text }) => text).join(''), ...report };
}

/** Random probabilities of a token given the last one. */
function randomEngine(V: number, seed: number, power = 1): Engine {
  const random = new Random(seed);
  const rows = Array.from({ length: V }, () => Array.from({ length: V }, () => random.uniform() ** power + 1e-6));
  return tabledEngine(V, (last) => {
    const total = rows[last].reduce((a, b) => a + b);
    return rows[last].map((p) => p / total);
  });
}

describe('within a word', () => {
  const vocabulary = ['<unk>', ' ', '\n', '.', 'The', 'quick', 'quiet', 'fox', 'jumps', 'over', 'dog'];
  const tokenizer = new WordTokenizer(vocabulary);
  const decodings = [
    { temperature: 1 },
    { temperature: 0 },
    { temperature: 2, topK: 3 },
    { temperature: 1, topP: 0.4 },
    { beams: 4 },
    { beams: 1 },
  ];

  it.each(decodings)('comes the rest of that word, and nothing is glued to it (%j)', (options) => {
    for (let seed = 0; seed < 25; seed++) {
      const engine = randomEngine(vocabulary.length, seed);
      const { tokens } = write(engine, tokenizer, 'The qui', { options: { ...options, length: 4 }, seed });
      expect(['ck', 'et']).toContain(tokens[0].text);
      expect([' ', '\n', '.']).toContain(tokens[1].text);
    }
  });

  it.each(decodings)('nothing is glued to a whole word, a rare one, a blank or a line end either (%j)', (options) => {
    for (let seed = 0; seed < 25; seed++) {
      const engine = randomEngine(vocabulary.length, seed);
      for (const prompt of ['The fox', 'The Zarathustra', 'The ', 'The\n', 'The fox.']) {
        const { text } = write(engine, tokenizer, prompt, { options: { ...options, length: 1 }, seed });
        const before = [...segmentWords(prompt)];
        expect([...segmentWords(prompt + text)].slice(0, before.length), prompt + text).toEqual(before);
        expect(text).not.toBe('');
      }
    }
  });

  it('alternatives are those that go on with it, and add up to all that may come', () => {
    const engine = randomEngine(vocabulary.length, 3);
    const [token] = write(engine, tokenizer, 'The qui', {
      options: { temperature: 1 },
      alternatives: 9,
    }).tokens;
    expect(token.alternatives.map(({ text }) => text).sort()).toEqual(['ck', 'et']);
    const [a, b] = token.alternatives;
    expect(a.probability + b.probability).toBeCloseTo(1, 6);
    for (const { bits, probability } of [a, b]) expect(2 ** -bits).toBeCloseTo(probability, 6);
    expect(token.bits).toBe(token.alternatives.find(({ ids }) => ids.join() === token.ids.join())?.bits);
  });

  it('a word that no other begins with is read as <unk>, and told', () => {
    const engine = randomEngine(vocabulary.length, 4);
    expect(write(engine, tokenizer, 'The qui').unknown).toEqual({ pieces: [], share: 0, atEnd: false });
    const { unknown, notes } = write(engine, tokenizer, 'The Zarathustra');
    expect(unknown).toEqual({ pieces: ['Zarathustra'], share: 11 / 14, atEnd: true });
    expect(notes).toEqual(['The vocabulary of the model lacks Zarathustra; it is read as <unk>.']);
  });

  it('ends with nothing where nothing may follow', () => {
    const only = new WordTokenizer(['<unk>', 'The', 'fox']);
    const writing = generate({
      engine: randomEngine(3, 1),
      tokenizer: only,
      prompt: 'The',
      options: generationSchema.parse({}),
      seed: 0,
      alternatives: 0,
    });
    expect(writing.next()).toEqual({ done: true, value: 'nothing' });
  });
});

describe('the first token after a prompt', () => {
  // a, b, space and the token ab, which the tokenizer never writes as a and b.
  const tokenizer = new SubwordTokenizer([[97, 98]]);
  const ids = [32, 97, 98, 256];
  const table = (seed: number) => {
    const random = new Random(seed);
    const rows = new Map(ids.map((id) => [id, ids.map(() => random.uniform() + 0.05)]));
    return (last: number) => {
      const row = new Array<number>(257).fill(0);
      const weights = (rows.get(last) ?? []).map((p, n) => (last === 97 && ids[n] === 98 ? 0 : p));
      const total = weights.reduce((a, b) => a + b);
      weights.forEach((p, n) => {
        row[ids[n]] = p / total;
      });
      return row;
    };
  };

  it.each([1, 2, 3, 4, 5])('is as likely as all texts that begin so, taken together (seed %d)', (seed) => {
    const next = table(seed);
    const engine = tabledEngine(257, next);
    for (const stump of [' a', ' ab', ' ', ' aa', ' b']) {
      // Every text of enough tokens after b, by what comes after the stump.
      const expected = new Map<string, number>();
      const follow = (last: number, text: string, p: number) => {
        if (text.length > stump.length) {
          if (text.startsWith(stump)) {
            const character = text[stump.length];
            expected.set(character, (expected.get(character) ?? 0) + p);
          }
          return;
        }
        if (!text.startsWith(stump) && !stump.startsWith(text)) return;
        for (const id of ids) if (next(last)[id] > 0) follow(id, text + tokenizer.vocabulary[id], p * next(last)[id]);
      };
      follow(98, '', 1);
      const total = [...expected.values()].reduce((a, b) => a + b, 0);
      const [token] = write(engine, tokenizer, `b${stump}`, { options: { temperature: 1 }, alternatives: 999 }).tokens;
      const found = new Map<string, number>();
      for (const { text, probability } of token.alternatives) {
        found.set(text[0], (found.get(text[0]) ?? 0) + probability);
      }
      expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
      for (const [character, p] of expected) expect(found.get(character)).toBeCloseTo(p / total, 5);
    }
  });

  it.each([{ beams: 3 }, { beams: 1 }, { temperature: 0 }, { temperature: 1 }])(
    'does not repeat the prompt (%j)',
    (options) => {
      for (let seed = 0; seed < 10; seed++) {
        const engine = tabledEngine(257, table(seed));
        const { tokens, text } = write(engine, tokenizer, 'b a', { options: { ...options, length: 5 }, seed });
        const written = tokens.flatMap((token) => token.ids);
        expect(tokenizer.decode([98, ...written]), 'ids and text say the same').toBe(`b a${text}`);
        expect([...tokenizer.encode(`b a${text}`)], 'as the tokenizer reads it').toEqual([98, ...written]);
      }
    },
  );
});

describe('a trained model of subwords', () => {
  const book = readFileSync(resolve(dist, 'samples/moby-dick.txt'), 'utf8').slice(30_000, 150_000);
  let engine: Engine;
  let tokenizer: Tokenizer;

  beforeAll(async () => {
    const training = { engine: 'fused', threads: 1, batch: 8, steps: 24, maxSteps: 250, lr: 0.01 };
    const events = await train({
      text: book.slice(0, 110_000),
      configuration: { text: { tokenizer: 'subwords', vocabularySize: 600 }, model: { hidden: 48 }, training },
    });
    const bytes = of(events, 'checkpoint').at(-1)!.bytes;
    const checkpoint = readCheckpoint(bytes, 'Test');
    tokenizer = checkpoint.tokenizer;
    engine = await createEngine('fused', shapeOf(checkpoint.configuration, tokenizer), { dist, threads: 1 });
    engine.parameters.flat.set(checkpoint.parameters.flat);
  }, 60_000);
  afterAll(() => engine.dispose());

  /** Bits of the token that a text goes on with after a prompt. */
  function bitsOfTruth(prompt: string, next: string): number | undefined {
    const { alternatives } = write(engine, tokenizer, prompt, {
      options: { temperature: 1, length: 1 },
      alternatives: 999,
    }).tokens[0];
    return alternatives.find(({ text }) => text === next)?.bits;
  }

  it('expects what follows a trailing space as it does without the space, and not as after a lone one', () => {
    const sums = { without: 0, withSpace: 0, lone: 0 };
    let count = 0;
    for (const { index } of book.slice(110_000).matchAll(/(?<=[a-z]) [a-z]+ /g)) {
      const start = 110_000 + index;
      const prompt = book.slice(start - 80, start);
      const token = [...tokenizer.encode(book.slice(start, start + 30))][0];
      const next = tokenizer.vocabulary[token];
      const without = bitsOfTruth(prompt, next);
      const withSpace = bitsOfTruth(`${prompt} `, next.slice(1));
      if (without === undefined || withSpace === undefined) continue;
      const state = createState(engine.shape, 1);
      let row = new Float32Array();
      for (const id of tokenizer.encode(`${prompt} `)) row = engine.step(Int32Array.of(id), state) as typeof row;
      sums.without += without;
      sums.withSpace += withSpace;
      sums.lone += -row[[...tokenizer.encode(book.slice(start + 1, start + 30))][0]] / Math.LN2;
      if (++count === 40) break;
    }
    expect(count).toBe(40);
    // Who types the space has told that no comma comes: the truth is a little less surprising then, never more.
    expect(sums.withSpace).toBeLessThan(sums.without);
    expect(sums.withSpace).toBeGreaterThan(0.5 * sums.without);
    expect(sums.lone - sums.withSpace, 'bits that reading the space alone would cost').toBeGreaterThan(40);
  });

  it.each(['the whale', 'of the', 'upon'])(
    'writes the same after %j with and without a space, and no two',
    (prompt) => {
      const greedy = { temperature: 0, length: 12 };
      const plain = prompt + write(engine, tokenizer, prompt, { options: greedy }).text;
      const spaced = `${prompt} ${write(engine, tokenizer, `${prompt} `, { options: greedy }).text}`;
      if (plain.startsWith(`${prompt} `)) expect(spaced).toBe(plain);
      for (let seed = 0; seed < 20; seed++) {
        const { text } = write(engine, tokenizer, `${prompt} `, { seed });
        expect(text[0], JSON.stringify(text)).not.toBe(' ');
      }
    },
  );

  it('goes on within a word as from its beginning', () => {
    const whole = write(engine, tokenizer, 'the whal', { options: { temperature: 0 } }).text;
    expect(whole.startsWith('e')).toBe(true);
    expect(write(engine, tokenizer, 'the wh', { options: { temperature: 0, length: 1 } }).text).toMatch(/^[a-z]/);
  });

  it('is as surprised by each token as by the same ids in a text, and goes on from ids as from its own', () => {
    const options = { temperature: 1, length: 12 };
    for (let seed = 0; seed < 10; seed++) {
      const prompt = 'the whal';
      const { tokens } = write(engine, tokenizer, prompt, { options, seed });
      const base = [...tokenizer.encode('the')];
      const ids = Uint32Array.from([...base, ...tokens.flatMap((token) => token.ids)]);
      const bits = [...surprise(engine, ids)];
      tokens.slice(1).forEach((token, n) => {
        expect(token.bits).toBeCloseTo(bits[base.length + tokens[0].ids.length + n], 6);
      });
      const kept = tokens.slice(0, 5);
      const follow = kept.flatMap((token) => token.ids);
      const [next] = write(engine, tokenizer, prompt, { options, follow, alternatives: 999 }).tokens;
      const same = next.alternatives.find((other) => other.ids.join() === tokens[5].ids.join());
      expect(same?.text).toBe(tokens[5].text);
      expect(same?.bits).toBeCloseTo(tokens[5].bits, 6);
    }
  });

  it('refuses ids that are not its own, or do not go on from the prompt', () => {
    for (const follow of [[1e6], [-1], [0.5], [...tokenizer.encode('xyz')]]) {
      expect(() => write(engine, tokenizer, 'the whal', { follow })).toThrow(
        'The tokens after the prompt are not of this model; generate them anew.',
      );
    }
  });
});

describe('ids that follow a prompt', () => {
  const bytes = new SubwordTokenizer([]);
  const euro = [0xe2, 0x82, 0xac];
  const engine = tabledEngine(256, (last) => {
    const row = new Array<number>(256).fill(0);
    const next = euro[(euro.indexOf(last) + 1) % 3];
    row[next] = 0.7;
    row[0x85] = 0.2; // would make another character of E2, and none elsewhere
    row[0x41] = 0.1;
    return row;
  });

  it('go on in the middle of a character, which appears when it is whole', () => {
    const options = { temperature: 0, length: 2 };
    const { tokens } = write(engine, bytes, 'a', { options, follow: [0x61, 0xe2], alternatives: 5 });
    expect(tokens.map(({ text, piece }) => [text, piece])).toEqual([
      ['', '82'],
      ['€', undefined],
    ]);
    expect(tokens[0].alternatives.map(({ text, piece }) => [text, piece])).toEqual([
      ['', '82'],
      ['', '85'],
    ]);
  });

  it('never are half a character for good: no byte is sampled that would be no text', () => {
    for (let seed = 0; seed < 50; seed++) {
      const { text } = write(engine, bytes, 'a', { options: { temperature: 2, length: 20 }, seed });
      expect(text).not.toContain('\uFFFD');
    }
  });
});

describe('a prompt', () => {
  const letters = new CharacterTokenizer(['<unk>', ' ', ...'abcdefghijklmnopqrstuvwxyz']);

  it('ends with the blank that was made of its last marks only where that is written', () => {
    const engine = randomEngine(letters.vocabulary.length, 5);
    for (const normalize of ['letters', 'd2l'] as const) {
      for (const prompt of ['Call me,', 'Call 911', 'wait —']) {
        expect(write(engine, letters, prompt, { normalize }).text[0]).toBe(' ');
      }
    }
  });

  it('names what the model has never seen once, however often it occurs', () => {
    const tokenizer = buildCharacters('the quick brown fox ');
    const engine = randomEngine(tokenizer.vocabulary.length, 6);
    const { unknown, notes } = write(engine, tokenizer, '日本語 日本 fox');
    expect(unknown).toEqual({ pieces: ['日', '本', '語'], share: 5 / 8, atEnd: false });
    expect(notes).toEqual(['The model has never seen 日本語; they are read as <unk>.']);
    expect(write(engine, tokenizer, 'the\tfox').notes, 'a blank is not worth a word').toEqual([]);
    const [note] = write(
      engine,
      tokenizer,
      String.fromCodePoint(...Array.from({ length: 900 }, (_, n) => 0x4e00 + n)),
    ).notes;
    expect(note.length).toBeLessThan(120);
  });

  it('names letters that its normalisation leaves out', () => {
    const engine = randomEngine(letters.vocabulary.length, 7);
    const { unknown, notes } = write(engine, letters, 'Привет, café', { normalize: 'letters' });
    expect(unknown.share).toBeCloseTo(7 / 11, 6);
    expect(notes).toEqual(['The model learnt the letters A to Z only: Приветé; they are read as a blank.']);
    expect(write(engine, letters, 'Call me, 7!', { normalize: 'letters' }).notes).toEqual([]);
  });

  it('of any length is read, the last of a very long one, and reading it can be given up', () => {
    const tokenizer = buildCharacters('abc ');
    let steps = 0;
    const plain = randomEngine(tokenizer.vocabulary.length, 8);
    const engine: Engine = {
      ...plain,
      step: (ids, state) => {
        steps++;
        return plain.step(ids, state);
      },
    };
    const prompt = 'abc '.repeat(250_000);
    const { notes, tokens } = write(engine, tokenizer, prompt);
    expect(tokens).toHaveLength(8);
    expect(notes).toEqual(['Of the prompt only the last 100,000 characters are read.']);
    expect(steps).toBeGreaterThan(longestRead - 100);
    expect(steps).toBeLessThan(longestRead + 20);
    steps = 0;
    const options = generationSchema.parse({});
    const writing = generate({ engine, tokenizer, prompt, options, seed: 0, alternatives: 0 });
    for (let looks = 0; looks < 10; looks++) expect(writing.next()).toEqual({ done: false, value: undefined });
    expect(steps).toBeLessThan(200);
  });

  it.each<[string, Tokenizer]>([
    ['words', new WordTokenizer(['<unk>', ' ', 'one', 'two', '\n', '.'])],
    [
      'subwords',
      new SubwordTokenizer([
        [0x6f, 0x6e],
        [256, 0x65],
        [0x20, 257],
      ]),
    ],
    ['characters', buildCharacters('one two\n.')],
  ])('that is read in parts has the tokens of the whole (%s)', (_, tokenizer) => {
    const random = new Random(9);
    const parts = ['one', 'two', ' ', '  ', '\n', '.', 'one.'];
    const prompt = Array.from({ length: 6000 }, () => parts[Math.floor(random.uniform() * parts.length)]).join('');
    const read: number[] = [];
    const plain = randomEngine(tokenizer.vocabulary.length, 10);
    const engine: Engine = {
      ...plain,
      step: (ids, state) => {
        read.push(...ids);
        return plain.step(ids, state);
      },
    };
    write(engine, tokenizer, prompt, { options: { length: 1 } });
    const all = [...tokenizer.encode(prompt)];
    expect(read.slice(0, all.length - 12)).toEqual(all.slice(0, all.length - 12));
  });
});

it('a token says of itself what is needed to go on after it', () => {
  const engine = randomEngine(5, 11);
  const tokenizer = new CharacterTokenizer(['<unk>', 'a', 'b', 'c', ' ']);
  const { tokens } = write(engine, tokenizer, 'abc', { alternatives: 2 });
  const check = ({ ids, text }: Pick<SampledToken, 'ids' | 'text'>) => expect(tokenizer.decode(ids)).toBe(text);
  for (const token of tokens) {
    check(token);
    token.alternatives.forEach(check);
  }
});

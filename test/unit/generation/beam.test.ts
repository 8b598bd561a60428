import { describe, expect, it } from 'vitest';
import { createState, type Engine } from '../../../src/engine/engine';
import { type BeamRequest, type BeamResult, beamSearch } from '../../../src/generation/beam';
import { continueText } from '../../../src/generation/continue';
import { endsWithin } from '../../../src/generation/ending';
import { generate } from '../../../src/generation/generate';
import { generationSchema } from '../../../src/model/configuration';
import { Random } from '../../../src/model/random';
import { CharacterTokenizer } from '../../../src/text/characters';
import { SubwordTokenizer } from '../../../src/text/subwords';
import { tokensOf } from './sampled';
import { tabledEngine } from './tabled-engine';

const tokenizer = new CharacterTokenizer(['<unk>', '\n', 'a', 'b', 'c']);
const V = 5;

/** Random conditional probabilities of a token given the last two. */
function randomTable(seed: number, size = V) {
  const random = new Random(seed);
  const rows = Array.from({ length: size * size }, () => {
    const row = Array.from({ length: size }, () => random.uniform() ** 3);
    const total = row.reduce((a, b) => a + b);
    return row.map((p) => p / total);
  });
  return (last: number, before: number) => rows[last * size + before];
}

/** The whole of a search; `meanwhile` happens whenever it looks away. */
function search(request: BeamRequest, meanwhile = () => {}): BeamResult[] {
  const searching = beamSearch(request);
  for (;;) {
    const { done, value } = searching.next();
    if (done) return value;
    meanwhile();
  }
}

/** The same search with each beam's tokens in full, fed and decoded anew at every step. */
function plainSearch({ engine, tokenizer, prompt, beams: B, length, ending }: BeamRequest): BeamResult[] {
  const ended: ReturnType<typeof result>[] = [];
  const result = (ids: number[], nats: number, text: string, end: BeamResult['end'] = 'length') => {
    const bits = nats / Math.LN2;
    return { ids, tokens: ids.map((id) => [id]), nats, text, bits, bitsPerToken: bits / ids.length, end };
  };
  let live = [result([], 0, '')];
  for (let n = 0; n < length && live.length > 0 && ended.length < B; n++) {
    const steps = live.flatMap((beam) => {
      const state = createState(engine.shape, 1);
      let row = new Float32Array();
      for (const id of [...tokenizer.encode(prompt), ...beam.ids]) row = engine.step(Int32Array.of(id), state).slice();
      if (tokenizer.unknown >= 0) row[tokenizer.unknown] = Number.NEGATIVE_INFINITY;
      return Array.from(row, (log, id) => ({ beam, id, nats: beam.nats - log }));
    });
    const best = steps.filter(({ nats }) => Number.isFinite(nats)).sort((a, b) => a.nats - b.nats);
    live = [];
    for (const { beam, id, nats } of best.slice(0, B)) {
      const ids = [...beam.ids, id];
      const text = tokenizer.decode(ids).replace(/\uFFFD+$/u, '');
      const end = endsWithin(beam.text, text.slice(beam.text.length), ending);
      if (end === undefined) live.push(result(ids, nats, text));
      else ended.push(result(ids, nats, text.slice(0, beam.text.length + end.at), end.why));
    }
  }
  return [...ended, ...live]
    .sort((a, b) => a.bitsPerToken - b.bitsPerToken)
    .slice(0, B)
    .map(({ nats: _, ids: __, ...found }) => found);
}

/** An engine whose log-probabilities are valid only until the next call, as the contract says. */
function reusing(engine: Engine): Engine {
  let last = new Float32Array();
  return {
    ...engine,
    step: (ids, state) => {
      last.fill(Number.NaN);
      last = engine.step(ids, state) as Float32Array<ArrayBuffer>;
      return last;
    },
  };
}

describe('beamSearch', () => {
  it.each([1, 2, 3])('finds the likeliest of all continuations when the beam is wide enough (seed %d)', (seed) => {
    const table = randomTable(seed);
    const found = search({ engine: tabledEngine(V, table), tokenizer, prompt: 'ab', beams: 64, length: 3 });
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
    const greedy = tokensOf(continueText({ engine, tokenizer, prompt: 'a', options, seed: 0, alternatives: 0 }));
    const [best] = search({ engine, tokenizer, prompt: 'a', beams: 1, length: 12 });
    expect(best.text).toBe(greedy.map(({ text }) => text).join(''));
    expect(best.bits).toBeCloseTo(
      greedy.reduce((sum, { bits }) => sum + bits, 0),
      3,
    );
  });

  it('ends with the line', () => {
    const engine = tabledEngine(V, (last) => (last === 2 ? [0, 0.1, 0, 0.9, 0] : [0, 0.9, 0, 0, 0.1]));
    const results = search({ engine, tokenizer, prompt: 'a', beams: 2, length: 9, ending: 'line' });
    expect(results[0].text).toBe('b');
    expect(results[0].bits).toBeCloseTo(-Math.log2(0.81), 4);
    expect(results.every(({ text }) => !text.includes('\n'))).toBe(true);
  });

  it.each([1, 2, 3, 4])('finds what a search finds that decodes everything anew (seed %d)', (seed) => {
    const engine = tabledEngine(V, randomTable(seed));
    for (const ending of [undefined, 'line'] as const) {
      const request = { engine, tokenizer, prompt: 'ab', beams: 5, length: 12, ending };
      const [found, plain] = [search(request), plainSearch(request)];
      expect(found.map(({ text }) => text)).toEqual(plain.map(({ text }) => text));
      expect(found.map(({ tokens }) => tokens)).toEqual(plain.map(({ tokens }) => tokens));
      found.forEach(({ bits }, i) => {
        expect(bits).toBeCloseTo(plain[i].bits, 4);
      });
    }
  });

  it('finds the same where characters are several tokens', () => {
    const bytes = new SubwordTokenizer([]);
    const [e2, x82, xac] = new TextEncoder().encode('€');
    // After a whole character any of three bytes, so that € is written beside a, and broken off by it.
    const likely = (last: number) =>
      last === e2
        ? [
            [x82, 0.9],
            [97, 0.1],
          ]
        : last === x82
          ? [[xac, 1]]
          : [
              [e2, 0.55],
              [97, 0.3],
              [10, 0.15],
            ];
    const engine = tabledEngine(256, (last) => {
      const row = new Array<number>(256).fill(0);
      for (const [id, p] of likely(last)) row[id] = p;
      return row;
    });
    for (const ending of [undefined, 'line'] as const) {
      const request = { engine, tokenizer: bytes, prompt: 'a', beams: 6, length: 7, ending };
      const found = search(request);
      expect(found).toHaveLength(6);
      expect(found.map(({ text }) => text)).toEqual(plainSearch(request).map(({ text }) => text));
      expect(found.some(({ text }) => text.includes('€'))).toBe(true);
    }
  });

  it('looks away after each token, and minds nothing that is asked of the engine meanwhile', () => {
    const engine = reusing(tabledEngine(V, randomTable(6)));
    const request = { engine, tokenizer, prompt: 'ab', beams: 3, length: 40 };
    let looks = 0;
    const found = search(request, () => {
      looks++;
      engine.step(Int32Array.of(2), createState(engine.shape, 1));
    });
    expect(looks).toBe(39);
    expect(found).toEqual(search(request));
  });

  it('takes a time that grows with the length and not with its square', () => {
    const decoded: number[] = [];
    const counting = new CharacterTokenizer(tokenizer.vocabulary);
    counting.decode = (ids) => {
      decoded.push(ids.length);
      return tokenizer.decode(ids);
    };
    search({ engine: tabledEngine(V, randomTable(7)), tokenizer: counting, prompt: 'a', beams: 4, length: 200 });
    expect(decoded.reduce((sum, n) => sum + n, 0)).toBeLessThan(4 * 200);
  });

  it('throws rather than rank by NaN', () => {
    const engine = tabledEngine(V, (last) => (last === 3 ? [0, Number.NaN, 0, 1, 0] : [0, 0, 0.1, 0.9, 0]));
    expect(() => search({ engine, tokenizer, prompt: 'a', beams: 2, length: 9 })).toThrow(/no finite likelihood/);
  });
});

describe('generate', () => {
  it('can be given up in the middle of a search, and has no token until it ends', () => {
    const options = { ...generationSchema.parse({}), beams: 4, length: 30 };
    const engine = tabledEngine(V, randomTable(8));
    const request = { engine, tokenizer, prompt: 'a', options, seed: 0, alternatives: 0 };
    const all = [...generate(request)];
    expect(all.slice(0, 29).every((token) => token === undefined)).toBe(true);
    expect(all.slice(29).map((token) => token?.text)).toHaveLength(30);
    let steps = 0;
    const step: Engine['step'] = (ids, state) => {
      steps++;
      return engine.step(ids, state);
    };
    const given = generate({ ...request, engine: { ...engine, step } });
    for (let i = 0; i < 5; i++) given.next();
    given.return('nothing');
    expect(steps).toBe(5);
  });
});

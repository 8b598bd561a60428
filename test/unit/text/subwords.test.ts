import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DistinctPieces, pieceEnd } from '../../../src/text/pieces';
import { buildSubwords, learnSubwords, SubwordTokenizer } from '../../../src/text/subwords';
import { finish } from '../../../src/text/work';
import { encodeWtf8 } from '../../../src/text/wtf8';
import { piecePattern, plainEncode, plainMerges } from './plain-subwords';
import { readBook } from './texts';

/** Texts of few different characters, in which pairs tie, overlap and repeat, and of many. */
const alphabets = [
  'a',
  'ab',
  'aab \n',
  'abc. 12',
  'é中文字',
  '😀😁a\u0301 ',
  'ab\ud83d\ude00\ud800',
  '\t \u00a0\n\r\u2028x',
];
const texts = fc.oneof(
  ...alphabets.map((alphabet) =>
    fc.array(fc.constantFrom(...alphabet.split('')), { maxLength: 400 }).map((units) => units.join('')),
  ),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
);

const pieces = (text: string) => {
  const found: string[] = [];
  for (let at = 0; at < text.length; ) {
    const end = pieceEnd(text, at);
    found.push(text.slice(at, end));
    at = end;
  }
  return found;
};

describe('pieces', () => {
  it('are what the regular expression matches', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(pieces(text)).toEqual(text.match(piecePattern) ?? []);
      }),
    );
  });

  it('are the same for every character of Unicode, after a space and before a letter', () => {
    for (let low = 0; low < 0x110000; low += 0x1000) {
      const text = Array.from({ length: 0x1000 }, (_, i) => `${String.fromCodePoint(low + i)}a `).join('');
      expect(pieces(text)).toEqual(text.match(piecePattern));
    }
  });

  it('end after 48 characters', () => {
    for (const run of ['a', '中', '😀', ' ', '\n', '1', '. ']) {
      const text = `x${run.repeat(500)}`;
      expect(pieces(text)).toEqual(text.match(piecePattern));
    }
  });

  it('are counted as a map counts them', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const counts = new Map<string, number>();
        const distinct = new DistinctPieces(text);
        finish(distinct.reserve(text.length));
        let at = 0;
        for (const piece of pieces(text)) {
          counts.set(piece, (counts.get(piece) ?? 0) + 1);
          distinct.add(at, at + piece.length);
          at += piece.length;
        }
        const found = Array.from({ length: distinct.size }, (_, n) => [
          text.slice(distinct.start(n), distinct.end(n)),
          distinct.count(n),
        ]);
        expect(found).toEqual([...counts]);
      }),
    );
  });
});

describe('merges', () => {
  it('are those of counting everything anew at every merge', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 0, max: 60 }), (text, limit) => {
        const merges = plainMerges(text, limit);
        const tokenizer = buildSubwords(text, 256 + limit);
        expect(tokenizer.serialise()).toEqual({ kind: 'subwords', form: 'unified', merges });
        expect([...tokenizer.encode(text)]).toEqual(plainEncode(text, merges));
      }),
      { numRuns: 600 },
    );
  });

  it.each([
    ['English', () => readBook('timemachine').text.slice(0, 20_000), 300],
    ['capitals and lines', () => readBook('tinyshakespeare').text.slice(0, 30_000).toUpperCase(), 200],
    [
      'one word',
      () =>
        readBook('timemachine')
          .text.replaceAll(/[^a-z]/g, '')
          .slice(0, 20_000),
      300,
    ],
    ['ideographs', () => ideographs(3000, 200), 300],
    ['ideographs that hardly repeat', () => ideographs(2000, 20_000), 400],
  ])('are the same for %s', (_, text, limit) => {
    const read = text();
    const merges = plainMerges(read, limit);
    const tokenizer = buildSubwords(read, 256 + limit);
    expect(tokenizer.serialise()).toEqual({ kind: 'subwords', form: 'unified', merges });
    expect([...tokenizer.encode(read)]).toEqual(plainEncode(read, merges));
  });

  it('apply to another text as trying one after another does', () => {
    const merges = plainMerges(readBook('timemachine').text.slice(0, 10_000), 200);
    const tokenizer = new SubwordTokenizer(merges);
    fc.assert(
      fc.property(texts, (text) => {
        expect([...tokenizer.encode(text)]).toEqual(plainEncode(text, merges));
      }),
    );
    const other = readBook('tinyshakespeare').text.slice(0, 5000);
    expect([...tokenizer.encode(other)]).toEqual(plainEncode(other, merges));
  });

  it('end where no pair occurs twice', () => {
    expect(buildSubwords('abcdefgh', 20_000).vocabulary).toHaveLength(256);
    expect(buildSubwords('', 20_000).vocabulary).toHaveLength(256);
    expect(buildSubwords('abab', 20_000).vocabulary.slice(256)).toEqual(['ab']);
  });
});

describe('a large text', () => {
  const alphabet = (size: number) => {
    let state = 1;
    return () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * size);
    };
  };

  it('of one word is learnt and encoded whole, and tells how far it is', () => {
    const letter = alphabet(26);
    const text = Array.from({ length: 2_000_000 }, () => String.fromCharCode(97 + letter())).join('');
    const learning = learnSubwords(text, 1024);
    const shares: number[] = [];
    for (;;) {
      const next = learning.next();
      if (next.done) {
        const { tokenizer, notes } = next.value;
        expect(notes).toEqual([]);
        expect(tokenizer.vocabulary).toHaveLength(1024);
        expect(tokenizer.decode(tokenizer.encode(text)) === text).toBe(true);
        break;
      }
      shares.push(next.value);
    }
    expect(shares.length).toBeGreaterThan(500);
    expect(shares.every((share, i) => share >= (shares[i - 1] ?? 0) && share <= 1)).toBe(true);
    expect(shares.at(-1)).toBe(1);
  });

  it('of too many different words is learnt from its beginning, and that is said', () => {
    const letter = alphabet(26);
    const word = () => Array.from({ length: 8 }, () => String.fromCharCode(97 + letter())).join('');
    const text = Array.from({ length: 20_000 }, word).join(' ');
    const { tokenizer, notes } = finish(learnSubwords(text, 400, 50_000));
    expect(notes).toHaveLength(1);
    const share = Number(/^The subwords were learnt from the first (\d+)% of the text/.exec(notes[0])?.[1]) / 100;
    expect(share).toBeGreaterThan(0.25);
    expect(share).toBeLessThan(0.45);
    const { merges } = tokenizer.serialise() as { readonly merges: readonly (readonly [number, number])[] };
    expect(merges).not.toEqual(
      (buildSubwords(text, 400).serialise() as { readonly merges: readonly (readonly [number, number])[] }).merges,
    );
    expect(tokenizer.decode(tokenizer.encode(text)) === text).toBe(true);
  });

  it('has more distinct pieces than are remembered, and is encoded all the same', () => {
    const digit = alphabet(10);
    const text = Array.from(
      { length: 400_000 },
      () => `${digit()}${digit()}${digit()}${digit()}${digit()}${digit()}`,
    ).join('-');
    const tokenizer = buildSubwords(text.slice(0, 10_000), 400);
    expect(tokenizer.decode(tokenizer.encode(text)) === text).toBe(true);
  });
});

describe('bytes', () => {
  it('of a text are those of the platform, and surrogates alone three bytes each', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        if (/[\uD800-\uDFFF]/u.test(text)) return;
        expect(encodeWtf8(text)).toEqual(new TextEncoder().encode(text));
      }),
    );
    expect([...encodeWtf8('\ud800a\udfff')]).toEqual([0xed, 0xa0, 0x80, 97, 0xed, 0xbf, 0xbf]);
  });
});

/** Words of ideographs with a stop here and there. */
function ideographs(length: number, different: number): string {
  let state = 5;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const point = 0x4e00 + Math.floor((state / 2 ** 32) * different);
    return String.fromCodePoint(point) + (state % 17 === 0 ? '。' : '');
  }).join('');
}

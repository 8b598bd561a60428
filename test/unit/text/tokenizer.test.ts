import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/model/random';
import type { TokenizerKind } from '../../../src/text/tokenizer';
import { buildTokenizer, restoreTokenizer } from '../../../src/text/tokenizers';
import { UserError } from '../../../src/text/user-error';
import { segmentWords } from '../../../src/text/words';
import { Wtf8Decoder } from '../../../src/text/wtf8';
import { readBook } from './texts';

const options = (tokenizer: TokenizerKind) => ({ tokenizer, vocabularySize: 1024, minFrequency: 1 });
const strange = 'I don’t — naïve 中文 😀😀 👩‍👩‍👧 e\u0301 3.14\n\n\tend  \r\n\u00a0.';

describe.each<TokenizerKind>(['characters', 'words', 'subwords'])('%s', (kind) => {
  const tokenizer = buildTokenizer(strange.repeat(3), options(kind));

  it('decodes what it encoded', () => {
    expect(tokenizer.decode(tokenizer.encode(strange))).toBe(strange);
  });

  it('streams the same text', () => {
    const stream = tokenizer.stream();
    expect(Array.from(tokenizer.encode(strange), (id) => stream.next(id)).join('')).toBe(strange);
  });

  it('streams on from a fork as if there were no other', () => {
    const [first, ...rest] = tokenizer.encode(strange);
    let stream = tokenizer.stream();
    let text = stream.next(first);
    for (const id of rest) {
      const forked = stream.fork();
      stream.next(first);
      stream = forked;
      text += stream.next(id);
    }
    expect(text).toBe(strange);
  });

  it('survives a checkpoint', () => {
    const restored = restoreTokenizer(JSON.parse(JSON.stringify(tokenizer.serialise())), 'x.safetensors');
    expect(restored.kind).toBe(kind);
    expect(restored.vocabulary).toEqual(tokenizer.vocabulary);
    expect(restored.unknown).toBe(tokenizer.unknown);
    expect(restored.encode(strange)).toEqual(tokenizer.encode(strange));
  });

  it('keeps ids in shared memory', () => {
    expect(tokenizer.encode(strange).buffer).toBeInstanceOf(SharedArrayBuffer);
  });
});

describe('any text', () => {
  const random = new Random(12);
  /** Each a run of code points from one part of Unicode: what is written with them need not be well-formed. */
  const parts: readonly (readonly [number, number])[] = [
    [0x20, 0x7e],
    [0x00, 0x1f],
    [0x80, 0x24f],
    [0x300, 0x36f],
    [0x4e00, 0x9fff],
    [0xd800, 0xdbff],
    [0xdc00, 0xdfff],
    [0xfe00, 0xffff],
    [0x1f300, 0x1faff],
    [0x10000, 0x10ffff],
  ];
  const anyText = () =>
    Array.from({ length: 1 + random.below(40) }, () => {
      const [low, high] = parts[random.below(parts.length)];
      const point = low + random.below(high - low + 1);
      return String.fromCodePoint(point).repeat(1 + random.below(3));
    }).join('');
  const texts = Array.from({ length: 200 }, anyText);

  it('has surrogates that stand alone, pairs and combining marks', () => {
    expect(texts.filter((text) => /[\uD800-\uDFFF]/u.test(text)).length).toBeGreaterThan(100);
    expect(texts.filter((text) => /[\u{10000}-\u{10FFFF}]/u.test(text)).length).toBeGreaterThan(100);
    expect(texts.filter((text) => /\p{M}/u.test(text)).length).toBeGreaterThan(100);
  });

  it.each<TokenizerKind>(['characters', 'words', 'subwords'])('is what %s decode again, once learnt', (kind) => {
    for (const text of texts) {
      const tokenizer = buildTokenizer(text, { tokenizer: kind, vocabularySize: 20_000, minFrequency: 1 });
      const restored = restoreTokenizer(JSON.parse(JSON.stringify(tokenizer.serialise())), 'x');
      const stream = restored.stream();
      expect(restored.decode(tokenizer.encode(text))).toBe(text);
      expect(Array.from(restored.encode(text), (id) => stream.next(id)).join('')).toBe(text);
    }
  });

  it('is what subwords of another text decode again', () => {
    const tokenizer = buildTokenizer(strange.repeat(20), options('subwords'));
    for (const text of texts) expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  });

  it('is read from bytes as the Encoding Standard says, where it is well-formed or broken', () => {
    for (let n = 0; n < 2000; n++) {
      // Mostly bytes above ASCII, so that characters begin, go on and break off; none of a surrogate (ED A0 to ED BF).
      const bytes = Uint8Array.from({ length: 1 + random.below(12) }, () =>
        random.below(3) > 0 ? 0x80 + random.below(128) : random.below(256),
      ).map((byte) => (byte === 0xed ? 0xee : byte));
      const decoder = new Wtf8Decoder();
      const cut = random.below(bytes.length + 1);
      const text = decoder.decode(bytes.subarray(0, cut)) + decoder.decode(bytes.subarray(cut)) + decoder.end();
      expect(text).toBe(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
    }
  });
});

describe('characters', () => {
  it('sorts by code point after <unk>', () => {
    const tokenizer = buildTokenizer('b😀\uffeea', options('characters'));
    expect(tokenizer.vocabulary).toEqual(['<unk>', 'a', 'b', '\uffee', '😀']);
    expect([...tokenizer.encode('ab😀\uffee')]).toEqual([1, 2, 4, 3]);
  });

  it('reads unseen characters as one <unk> each', () => {
    const tokenizer = buildTokenizer('ab', options('characters'));
    expect([...tokenizer.encode('a😀z\ud83d')]).toEqual([1, 0, 0, 0]);
    expect(tokenizer.decode([1, 0])).toBe('a<unk>');
  });

  it('widens ids with the vocabulary', () => {
    const text = (n: number) => Array.from({ length: n }, (_, i) => String.fromCodePoint(0x4e00 + i)).join('');
    const encode = (n: number) => buildTokenizer(text(n), options('characters')).encode(text(n));
    expect(encode(255)).toBeInstanceOf(Uint8Array);
    expect(encode(256)).toBeInstanceOf(Uint16Array);
    expect(encode(256)[255]).toBe(256);
  });
});

describe('words', () => {
  it('cuts words, spaces and marks', () => {
    expect([...segmentWords("Don't go,  now.\n\nYes")]).toEqual([
      "Don't",
      ' ',
      'go',
      ',',
      '  ',
      'now',
      '.',
      '\n',
      '\n',
      'Yes',
    ]);
  });

  it('cuts long lines where the segmenter would', () => {
    const line = 'It’s one  of 3.14 café\u0301 things, isn’t it? '.repeat(300);
    const whole = [...new Intl.Segmenter('en', { granularity: 'word' }).segment(line)].map(({ segment }) => segment);
    expect([...segmentWords(line)]).toEqual(whole);
  });

  it('loses nothing of a long line without spaces', () => {
    const line = '😀'.repeat(5000);
    expect([...segmentWords(line)].join('')).toBe(line);
  });

  it('keeps frequent words, most frequent first, and makes the others <unk>', () => {
    const text = 'b a b a b c';
    const tokenizer = buildTokenizer(text, { tokenizer: 'words', vocabularySize: 1024, minFrequency: 2 });
    expect(tokenizer.vocabulary).toEqual(['<unk>', ' ', 'b', 'a']);
    expect(tokenizer.decode(tokenizer.encode(text))).toBe('b a b a b <unk>');
    const small = buildTokenizer(text, { tokenizer: 'words', vocabularySize: 3, minFrequency: 2 });
    expect(small.vocabulary).toEqual(['<unk>', ' ', 'b']);
  });

  it('says when no word is frequent enough', () => {
    expect(() => buildTokenizer('a', { tokenizer: 'words', vocabularySize: 9, minFrequency: 2 })).toThrow(UserError);
  });
});

describe('subwords', () => {
  it('merges the most frequent pair first', () => {
    const { vocabulary } = buildTokenizer('low lower lowest', {
      ...options('subwords'),
      vocabularySize: 258,
    });
    expect(vocabulary.slice(256)).toEqual(['lo', 'low']);
  });

  it('learns the same merges as counting everything anew at every merge', () => {
    const text = readBook('timemachine').text.slice(0, 6000);
    const tokenizer = buildTokenizer(text, { ...options('subwords'), vocabularySize: 256 + 80 });
    const pieces = text.match(
      / ?[\p{L}\p{M}]{1,48}| ?\p{N}{1,48}| ?[^\s\p{L}\p{M}\p{N}]{1,48}|\n{1,48}|[^\S\n]{1,48}/gu,
    )!;
    let words = pieces.map((piece) => Array.from(new TextEncoder().encode(piece)));
    const merges: [number, number][] = [];
    for (let made = 256; made < 256 + 80; made++) {
      const counts = new Map<string, number>();
      for (const word of words) {
        for (let i = 0; i + 1 < word.length; i++) {
          const pair = `${word[i]} ${word[i + 1]}`;
          counts.set(pair, (counts.get(pair) ?? 0) + 1);
        }
      }
      const [best] = [...counts]
        .map(([pair, count]) => ({ pair: pair.split(' ').map(Number), count }))
        .sort((x, y) => y.count - x.count || x.pair[0] - y.pair[0] || x.pair[1] - y.pair[1]);
      const [a, b] = best.pair;
      merges.push([a, b]);
      words = words.map((word) => {
        const joined: number[] = [];
        for (const token of word) {
          if (token === b && joined.at(-1) === a) joined.splice(-1, 1, made);
          else joined.push(token);
        }
        return joined;
      });
    }
    expect(tokenizer.serialise()).toEqual({ kind: 'subwords', form: 'unified', merges });
    expect(tokenizer.encode(text).length).toBe(words.flat().length);
  });

  it('is lossless on text that it never saw', () => {
    const tokenizer = buildTokenizer('plain words only', options('subwords'));
    expect(tokenizer.decode(tokenizer.encode(strange))).toBe(strange);
    expect(tokenizer.unknown).toBe(-1);
  });

  it('learns a book in seconds, and shortens it', () => {
    const { text } = readBook('tinyshakespeare');
    const start = performance.now();
    const tokenizer = buildTokenizer(text, options('subwords'));
    const ids = tokenizer.encode(text);
    expect(performance.now() - start).toBeLessThan(15_000);
    expect(tokenizer.vocabulary.length).toBe(1024);
    expect(text.length / ids.length).toBeGreaterThan(2);
    expect(tokenizer.decode(ids) === text).toBe(true);
  });
});

describe('restoreTokenizer', () => {
  it.each<[unknown, string]>([
    [undefined, 'nothing'],
    [{ kind: 'runes', vocabulary: ['<unk>', 'a'] }, 'an unknown kind'],
    [{ kind: 'characters', vocabulary: ['a', 'b'] }, 'no <unk>'],
    [{ kind: 'characters', vocabulary: ['<unk>', 'ab'] }, 'two characters in one'],
    [{ kind: 'words', vocabulary: ['<unk>', 'a', 'a'] }, 'a word twice'],
    [{ kind: 'subwords', merges: [[0, 256]] }, 'a merge of itself'],
  ])('refuses %j: %s', (data) => {
    expect(() => restoreTokenizer(data, 'x.safetensors')).toThrow(/^x\.safetensors has no valid tokenizer/);
  });
});

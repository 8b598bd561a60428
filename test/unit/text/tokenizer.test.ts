import { describe, expect, it } from 'vitest';
import type { TokenizerKind } from '../../../src/text/tokenizer';
import { buildTokenizer, restoreTokenizer } from '../../../src/text/tokenizers';
import { UserError } from '../../../src/text/user-error';
import { segmentWords } from '../../../src/text/words';
import { readBook } from './texts';

const options = (tokenizer: TokenizerKind) => ({ tokenizer, vocabularySize: 1024, minFrequency: 1 });
const strange = 'I don’t — naïve 中文 😀😀 👩‍👩‍👧 e\u0301 3.14\n\n\tend  \r\n\u00a0.';

describe.each<TokenizerKind>(['characters', 'words', 'subwords'])('%s', (kind) => {
  const tokenizer = buildTokenizer(strange.repeat(3), options(kind));

  it('decodes what it encoded', () => {
    expect(tokenizer.decode(tokenizer.encode(strange))).toBe(strange);
  });

  it('streams the same text', () => {
    const toText = tokenizer.stream();
    expect(Array.from(tokenizer.encode(strange), toText).join('')).toBe(strange);
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
    expect(tokenizer.serialise()).toEqual({ kind: 'subwords', merges });
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

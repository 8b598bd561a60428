import { describe, expect, it } from 'vitest';
import { buildCharacters } from '../../../src/text/characters';
import { type Normalization, normalize } from '../../../src/text/normalize';
import { placesFromEnd } from '../../../src/text/places';
import { buildSubwords } from '../../../src/text/subwords';
import type { Tokenizer } from '../../../src/text/tokenizer';
import { buildWords } from '../../../src/text/words';

const written = 'Call me Ishmael. Some years ago, some years ago — never mind how long.\nSome 🐋 years…';

/** Pieces of the text that the last `count` tokens are mapped to, last first. */
function pieces(tokenizer: Tokenizer, text: string, how: Normalization, count = Number.POSITIVE_INFINITY) {
  const ids = tokenizer.encode(normalize(text, how));
  const tokens = Array.from(ids, (id) => tokenizer.vocabulary[id])
    .reverse()
    .slice(0, count);
  const places = placesFromEnd(text, tokens, { tokenizer: tokenizer.kind, normalize: how });
  return { tokens, pieces: places?.map(({ start, end }) => text.slice(start, end)) };
}

describe('placesFromEnd', () => {
  it.each([
    ['characters', () => buildCharacters(written)],
    ['words', () => buildWords(written, 1000, 1)],
    ['subwords', () => buildSubwords(written.replaceAll(/[—🐋…]/gu, ''), 300)],
  ] as const)('covers the text with its %s, piece by piece', (kind, build) => {
    const text = kind === 'subwords' ? written.replaceAll(/[—🐋…]/gu, '') : written;
    const { tokens, pieces: found } = pieces(build(), text, 'none');
    expect(found).toEqual(tokens);
    expect([...(found ?? [])].reverse().join('')).toBe(text);
  });

  it('maps lower-case tokens onto the letters as they are written', () => {
    const tokenizer = buildWords(written.toLowerCase(), 1000, 1);
    expect(pieces(tokenizer, 'Some Years AGO', 'lowercase').pieces).toEqual(['AGO', ' ', 'Years', ' ', 'Some']);
  });

  it('gives an unknown character one code point, and an unknown word its whole word', () => {
    expect(pieces(buildCharacters('abc'), 'ab🐋c', 'none').pieces).toEqual(['c', '🐋', 'b', 'a']);
    const words = buildWords(written, 1000, 1);
    const found = pieces(words, 'Some leviathan years', 'none', 3);
    expect(found.tokens).toEqual(['years', ' ', '<unk>']);
    expect(found.pieces).toEqual(['years', ' ', 'leviathan']);
  });

  it('finds nothing where the model reads the text otherwise', () => {
    const letters = buildCharacters('abcdefghijklmnopqrstuvwxyz ');
    expect(pieces(letters, 'Call me!', 'letters').pieces).toBeUndefined();
    expect(placesFromEnd('abc', ['c', 'x'], { tokenizer: 'characters', normalize: 'none' })).toBeUndefined();
    expect(placesFromEnd('c', ['c', 'b'], { tokenizer: 'characters', normalize: 'none' })).toBeUndefined();
  });

  it('finds nothing where lower case has another length, or a subword is part of a character', () => {
    const lower = { tokenizer: 'characters', normalize: 'lowercase' } as const;
    expect(placesFromEnd('İa', ['a'], lower)).toBeUndefined();
    expect(pieces(buildSubwords('ab ab', 260), 'ab—', 'none').pieces).toBeUndefined();
  });
});

import fc from 'fast-check';
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

  it('finds nothing within a character that is read as two, or where a subword is part of one', () => {
    const lower = { tokenizer: 'characters', normalize: 'lowercase' } as const;
    expect(placesFromEnd('İa', ['a'], lower)).toEqual([{ start: 1, end: 2 }]);
    expect(placesFromEnd('İa', ['a', '\u0307', 'i'], lower)).toBeUndefined();
    expect(pieces(buildSubwords('ab ab', 260), 'ab—', 'none').pieces).toBeUndefined();
  });

  it('finds what was composed or taken apart where it is written', () => {
    const text = '\uFEFFcafe\u0301 \u0958 e\u0301\u0323\r\nna\uFEFFïve\rend';
    const found = pieces(buildWords(normalize(text, 'none'), 1000, 1), text, 'none');
    expect([...found.tokens].reverse().join('')).toBe(normalize(text, 'none'));
    expect([...(found.pieces ?? [])].reverse().join('')).toBe(text.slice(1));
    expect(found.pieces?.at(-1)).toBe('cafe\u0301');

    const characters = buildCharacters(normalize('cafe\u0301s', 'none'));
    expect(pieces(characters, 'cafe\u0301s', 'none').pieces).toEqual(['s', 'e\u0301', 'f', 'a', 'c']);
    // Two that are composed of three: there is no telling where the one ends.
    expect(pieces(buildCharacters('\u1eb9\u0301x'), 'xe\u0301\u0323', 'none').pieces).toBeUndefined();
  });

  it('is never wrong: what it finds is read as the tokens are', () => {
    const alphabet = [
      'e',
      'E',
      'H',
      '\u0301',
      '\u0323',
      '\u0331',
      'é',
      'İ',
      'Σ',
      ' ',
      '\r',
      '\n',
      '\uFEFF',
      '\u0958',
      'ﬁ',
      '🐋',
    ];
    const texts = fc.array(fc.constantFrom(...alphabet), { maxLength: 12 }).map((units) => units.join(''));
    fc.assert(
      fc.property(texts, fc.constantFrom('none', 'lowercase'), (text, how) => {
        const { tokens, pieces: found } = pieces(buildCharacters(normalize(text, how)), text, how);
        found?.forEach((piece, i) => {
          const read = normalize(`-${piece}`, how).slice(1).replaceAll('ς', 'σ');
          expect(read).toBe(tokens[i].replaceAll('ς', 'σ'));
        });
        expect(found === undefined || found.length === tokens.length).toBe(true);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  it('finds what a model of texts as they are written reads', () => {
    const how = { tokenizer: 'characters', normalize: 'none', form: 'written' } as const;
    expect(placesFromEnd('cafe\u0301', ['\u0301', 'e'], how)).toEqual([
      { start: 4, end: 5 },
      { start: 3, end: 4 },
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { prepareCorpus, type TextOptions } from '../../../src/text/corpus';
import { opening } from '../../../src/text/opening';
import { asItStands } from './texts';

/** The opening of a text from its token `from` on. */
function openingOf(text: string, tokenizer: TextOptions['tokenizer'], from = 0): string {
  const corpus = prepareCorpus(text, { ...asItStands, tokenizer }, 'a.txt');
  return opening(corpus.tokenizer, corpus.ids.subarray(from), corpus.ids.subarray(0, from));
}

describe('the opening of a text', () => {
  const whale = 'Call me Ishmael. Some years ago—never mind how long precisely.';

  it('ends between words', () => {
    expect(openingOf(`  ${whale}`, 'characters')).toBe('Call me Ishmael. Some years');
    expect(openingOf(whale.replaceAll(' ', ''), 'characters')).toBe('CallmeIshmael.Someyearsago—nev');
  });

  it('begins with a whole word, wherever the text was cut', () => {
    for (const tokenizer of ['characters', 'subwords'] as const) {
      for (let from = 0; from < 30; from++) {
        const found = openingOf(whale, tokenizer, from);
        expect(` ${whale.replace('—', ' ')}`, `${tokenizer} ${from}`).toContain(` ${found.split(/[ —]/)[0]}`);
        expect(found).toMatch(/^[A-Za-z]/);
      }
    }
    expect(openingOf('Сорок сороков стояли над рекой, и звонили колокола.', 'characters', 8)).toBe(
      'стояли над рекой, и звонили',
    );
    expect(openingOf('“Well,” he said, “it’s not the end of it, is it?”', 'characters', 22)).toBe(
      'not the end of it, is',
    );
  });

  it('passes over words that are unknown, and over what belonged to them', () => {
    const known = 'the ship and the sea and the men of the ship, ';
    const text = `${known}${known}Queequeg, Tashtego. ${known}${known}`;
    const corpus = prepareCorpus(text, { ...asItStands, tokenizer: 'words' }, 'a.txt');
    const from = corpus.ids.indexOf(corpus.tokenizer.unknown);
    expect(from).toBeGreaterThan(0);
    const found = opening(corpus.tokenizer, corpus.ids.subarray(from));
    expect(found).toBe('the ship and the sea and the');
    expect([...corpus.tokenizer.encode(found)]).not.toContain(corpus.tokenizer.unknown);
  });

  it('never begins or ends within a character', () => {
    const text = '霜金😀木水'.repeat(30);
    for (let from = 0; from < 12; from++) {
      const found = openingOf(text, 'subwords', from);
      expect(found, `${from}`).not.toMatch(/\uFFFD/);
      expect(() => encodeURIComponent(found), `${from}: a lone surrogate`).not.toThrow();
      expect([...found].length, `${from}`).toBeGreaterThan(12);
    }
  });

  it('is what there is of a text with nothing to type', () => {
    expect(openingOf('ab\n \n \n\n ', 'characters', 2)).toBe('');
  });
});

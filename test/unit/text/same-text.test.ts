import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sameText } from '../../../src/text/same-text';

describe('sameText', () => {
  it('drops marks at the beginning and keeps those in the middle', () => {
    expect(sameText('\uFEFFa\uFEFFb')).toBe('a\uFEFFb');
    expect(sameText('\uFEFF\uFEFFa')).toBe('a');
  });

  it('ends every line with LF, and leaves NEL, LS and PS alone', () => {
    expect(sameText('a\r\nb\rc\n\r\r\nd\r')).toBe('a\nb\nc\n\n\nd\n');
    expect(sameText('a\x85b\u2028c\u2029d\x0b\x0c')).toBe('a\x85b\u2028c\u2029d\x0b\x0c');
  });

  it('composes letters', () => {
    expect(sameText('cafe\u0301')).toBe('caf\u00e9');
    expect(sameText('\u1112\u1161\u11ab')).toBe('한');
    expect(sameText('Ω\u2126\u212b')).toBe('ΩΩ\u00c5');
  });

  it('changes only CRLF for what was learnt from texts as they are written', () => {
    expect(sameText('\uFEFFe\u0301\r\n\r', 'written')).toBe('\uFEFFe\u0301\n\r');
  });

  it('changes nothing when it is done twice, or to a part of what it made', () => {
    const alphabet = ['e', '\u0301', '\u0323', '\u00e9', '\r', '\n', '\uFEFF', '\u1112', '\u1161', '\u0958', '\ud83d'];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...alphabet)), fc.nat(), (units, at) => {
        const once = sameText(units.join(''));
        expect(sameText(once)).toBe(once);
        const part = once.slice(at % (once.length + 1));
        if (!part.startsWith('\uFEFF')) expect(sameText(part)).toBe(part);
      }),
      { seed: 1 },
    );
  });
});

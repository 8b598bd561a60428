import { beforeEach, describe, expect, it } from 'vitest';
import { KeptCompletions } from '../../../src/host/kept-completions';

describe('A completion that was found', () => {
  const any = () => true;
  let kept: KeptCompletions;
  const found = { document: 'a.txt', offset: 5, prompt: 'Call ', text: 'me Ishmael.', run: 'r', weights: '1' };
  beforeEach(() => {
    kept = new KeptCompletions();
    kept.keep(found);
  });

  it('is there while it is typed along, letter by letter', () => {
    for (let typed = 0; typed < found.text.length; typed++) {
      const before = `Call ${found.text.slice(0, typed)}`;
      expect(kept.rest('a.txt', before, before.length, any)).toBe(found.text.slice(typed));
    }
    expect(kept.rest('a.txt', 'Call me Ishmael.', 16, any)).toBeUndefined();
  });

  it('is there again when what was typed is deleted', () => {
    expect(kept.rest('a.txt', 'Call me Ish', 11, any)).toBe('mael.');
    expect(kept.rest('a.txt', 'Call me', 7, any)).toBe(' Ishmael.');
    expect(kept.rest('a.txt', 'Call ', 5, any)).toBe('me Ishmael.');
    expect(kept.rest('a.txt', 'Call', 4, any)).toBeUndefined();
  });

  it('gives way to another character, and comes back with the next one deleted', () => {
    expect(kept.rest('a.txt', 'Call mx', 7, any)).toBeUndefined();
    kept.keep({ ...found, offset: 7, prompt: 'Call mx', text: ' other' });
    expect(kept.rest('a.txt', 'Call mx ', 8, any)).toBe('other');
    expect(kept.rest('a.txt', 'Call m', 6, any)).toBe('e Ishmael.');
  });

  it('counts only in its document, at its place, after its text', () => {
    expect(kept.rest('b.txt', 'Call ', 5, any)).toBeUndefined();
    expect(kept.rest('a.txt', 'Call ', 6, any)).toBeUndefined();
    expect(kept.rest('a.txt', 'Tell ', 5, any)).toBeUndefined();
    expect(kept.rest('a.txt', 'call me', 7, any)).toBeUndefined();
  });

  it('is known by the last of a long text, as a model reads it', () => {
    const prompt = `${'x'.repeat(995)}Call `;
    kept.keep({ ...found, offset: 9005, prompt });
    const before = `${prompt}me Ish`.slice(-1000);
    expect(kept.rest('a.txt', before, 9011, any)).toBe('mael.');
    expect(kept.rest('a.txt', before.replace('x', 'y'), 9011, any)).toBeUndefined();
  });

  it('is passed over when it no longer counts, and the newest is told apart', () => {
    const asked: [string, boolean][] = [];
    kept.keep({ ...found, text: 'you Ishmael.', weights: '2' });
    const rest = kept.rest('a.txt', 'Call ', 5, ({ weights }, newest) => {
      asked.push([weights, newest]);
      return !newest;
    });
    expect(asked).toEqual([
      ['2', true],
      ['1', false],
    ]);
    expect(rest).toBe('me Ishmael.');
    kept.rest('a.txt', 'Call ', 5, ({ weights }, newest) => {
      expect([weights, newest]).toEqual(['1', true]);
      return true;
    });
  });

  it('is forgotten when that is asked for, and after eight others', () => {
    kept.forget(({ run }) => run === 'other');
    expect(kept.rest('a.txt', 'Call ', 5, any)).toBeDefined();
    kept.forget(({ run }) => run === 'r');
    expect(kept.rest('a.txt', 'Call ', 5, any)).toBeUndefined();
    for (let n = 0; n < 9; n++) kept.keep({ ...found, document: `${n}.txt` });
    expect(kept.rest('0.txt', 'Call ', 5, any)).toBeUndefined();
    expect(kept.rest('1.txt', 'Call ', 5, any)).toBeDefined();
    kept.forget();
    expect(kept.rest('1.txt', 'Call ', 5, any)).toBeUndefined();
  });
});

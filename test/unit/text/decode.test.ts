import { describe, expect, it } from 'vitest';
import { decodeText } from '../../../src/text/decode';
import { UserError } from '../../../src/text/user-error';

const bytes = (text: string) => new TextEncoder().encode(text);

function failure(work: () => unknown): UserError {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('decodeText', () => {
  it('drops a byte order mark and turns CRLF into LF', () => {
    expect(decodeText(bytes('\uFEFFone\r\ntwo\nthree\r'), 'a.txt')).toBe('one\ntwo\nthree\r');
  });

  it('reads characters that straddle the chunks, from shared memory', () => {
    const text = 'a😀é'.repeat(700_000);
    const encoded = bytes(text);
    const shared = new Uint8Array(new SharedArrayBuffer(encoded.length));
    shared.set(encoded);
    expect(shared.length).toBeGreaterThan(1 << 22);
    expect(decodeText(shared, 'a.txt') === text).toBe(true);
  });

  it('refuses what is not text, naming the file', () => {
    expect(failure(() => decodeText(bytes(''), 'a.txt')).message).toMatch(/^a\.txt is empty/);
    expect(failure(() => decodeText(bytes('\uFEFF'), 'a.txt')).message).toMatch(/^a\.txt is empty/);
    expect(failure(() => decodeText(bytes('ab\0c'), 'a.bin')).message).toMatch(/^a\.bin is not text: byte 3 is NUL/);
    expect(failure(() => decodeText(Uint8Array.of(0xff, 0xfe, 65, 0), 'a.txt')).message).toMatch(/UTF-16/);
    expect(failure(() => decodeText(Uint8Array.of(65, 10, 66, 0xe9, 67), 'a.txt')).message).toMatch(
      /not UTF-8 text: line 2 has/,
    );
    expect(failure(() => decodeText(Uint8Array.of(65, 0xe2, 0x82), 'a.txt')).message).toMatch(/not UTF-8/);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeText, mostBytes } from '../../../src/text/decode';
import { decoderOf } from '../../../src/text/encodings';
import { sameText } from '../../../src/text/same-text';
import { UserError } from '../../../src/text/user-error';

const bytes = (text: string) => new TextEncoder().encode(text);
const join = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));

type Order = 'utf-16le' | 'utf-16be';
const marks = { 'utf-8': [0xef, 0xbb, 0xbf], 'utf-16le': [0xff, 0xfe], 'utf-16be': [0xfe, 0xff] };

function utf16(text: string, order: Order): Uint8Array {
  const view = new DataView(new ArrayBuffer(2 * text.length));
  for (let i = 0; i < text.length; i++) view.setUint16(2 * i, text.charCodeAt(i), order === 'utf-16le');
  return new Uint8Array(view.buffer);
}

function utf32(text: string, littleEndian: boolean): Uint8Array {
  const points = [...text];
  const view = new DataView(new ArrayBuffer(4 * points.length));
  for (const [i, character] of points.entries()) view.setUint32(4 * i, character.codePointAt(0)!, littleEndian);
  return new Uint8Array(view.buffer);
}

function failure(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  throw new Error('nothing was thrown');
}
const refusal = (given: Uint8Array, encoding?: string) => failure(() => decodeText(given, 'a.txt', encoding));

describe('decodeText', () => {
  it('drops a byte order mark, and leaves the rest to sameText', () => {
    expect(decodeText(bytes('\uFEFFone\r\ntwo\nthree\r'), 'a.txt')).toBe('one\r\ntwo\nthree\r');
  });

  it('reads characters that straddle the chunks, from shared memory', () => {
    const text = 'a😀é'.repeat(700_000);
    const encoded = bytes(text);
    const shared = new Uint8Array(new SharedArrayBuffer(encoded.length));
    shared.set(encoded);
    expect(shared.length).toBeGreaterThan(1 << 22);
    expect(decodeText(shared, 'a.txt') === text).toBe(true);
    const long = `${'xy😀'.repeat(1_200_000)}.`;
    for (const order of ['utf-16le', 'utf-16be'] as const) {
      const encoded = utf16(long, order);
      const shared = new Uint8Array(new SharedArrayBuffer(encoded.length));
      shared.set(encoded);
      expect(decodeText(shared, 'a.txt') === long, order).toBe(true);
    }
  });

  it('leaves the bytes as they are, in a Buffer too', () => {
    for (const encoded of [utf16('\uFEFFhello world', 'utf-16be'), utf16('hello', 'utf-16be'), bytes('hello')]) {
      const buffer = Buffer.from(encoded);
      expect(decodeText(buffer, 'a.txt')).toMatch(/^hello/);
      expect(Buffer.compare(buffer, encoded)).toBe(0);
    }
    expect(refusal(Buffer.from(utf32('hello', true)))).toMatch(/UTF-32/);
  });

  it('says what is empty', () => {
    for (const empty of [bytes(''), bytes('\uFEFF'), bytes('\uFEFF\uFEFF'), Uint8Array.of(0xff, 0xfe)]) {
      expect(refusal(empty)).toMatch(/^a\.txt is empty/);
    }
  });

  it('refuses what is too large before it looks at it', () => {
    expect(refusal(new Uint8Array(mostBytes + 1))).toBe(
      'a.txt has 500,000,001 bytes, and a text may have 500,000,000 at most: train on a part of it.',
    );
  });
});

describe('UTF-16', () => {
  const texts = {
    English: 'hello world hello world\r\nhi',
    two: 'hi',
    French: 'déjà vu, naïve café\n',
    Russian: 'Широка страна моя родная,\nмного в ней лесов — полей и рек!\n',
    Greek: 'Άνδρα μοι έννεπε, Μούσα, πολύτροπον, ος μάλα πολλά\n',
    Hindi: 'सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता\n',
    Japanese: 'すべての人間は、生まれながらにして自由であり、\nかつ、尊厳と権利とについて平等である。\n',
    Chinese: '人人生而自由,在尊严和权利上一律平等。\n他们赋有理性和良心,并应以兄弟关系的精神相对待。\n',
    Korean: '모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.\n',
    emoji: 'a 😀 b 🐋 c',
  };
  it.each(Object.entries(texts))('in %s is read with its mark, without it, and when it is asked for', (_, text) => {
    for (const order of ['utf-16le', 'utf-16be'] as const) {
      expect(decodeText(join(Uint8Array.from(marks[order]), utf16(text, order)), 'a.txt'), order).toBe(text);
      expect(decodeText(utf16(text, order), 'a.txt'), order).toBe(text);
      expect(decodeText(utf16(text, order), 'a.txt', order), order).toBe(text);
    }
  });

  it('is not seen in other bytes with NULs', () => {
    expect(refusal(bytes('ab\0c'))).toMatch(/is not text: byte 3 is NUL, on line 1/);
    expect(refusal(bytes('one\ntwo\r\rthree \0\nfour'))).toMatch(/is not text: byte 16 is NUL, on line 4/);
    expect(refusal(bytes('a list\0of names\0as find prints\0them\0'))).toMatch(/byte 7 is NUL/);
    expect(refusal(bytes('The quick brown fox jumps\0over the lazy dog.'))).toMatch(/byte 26 is NUL/);
    expect(refusal(Uint8Array.from({ length: 4000 }, (_, i) => (i * 7919) % 256))).toMatch(/byte \d+ is NUL/);
    const samples = new Uint8Array(Int16Array.from({ length: 400 }, (_, i) => 40 * Math.sin(i / 9)).buffer);
    expect(refusal(samples)).toMatch(/byte 1 is NUL/);
  });

  it('is refused by the byte and the line where it is damaged', () => {
    const mark = Uint8Array.from(marks['utf-16le']);
    const torn = join(mark, utf16('one\r\ntwo \ud83d three', 'utf-16le'));
    expect(refusal(torn)).toBe(
      'a.txt is not UTF-16LE text: line 2 has half a surrogate pair, D83D (byte 21); save it with the encoding UTF-8 and try again.',
    );
    expect(refusal(join(mark, utf16('one\rtwo', 'utf-16le')).subarray(0, -1))).toMatch(
      /ends in half a character on line 2 \(byte 15\); the file was cut short/,
    );
    expect(refusal(join(mark, utf16('one\ntwo\0', 'utf-16le')))).toMatch(/is not text: byte 17 is NUL, on line 2/);
  });

  it('is told from UTF-32', () => {
    for (const littleEndian of [true, false]) {
      for (const text of ['\uFEFFhello world', 'hello world', 'привет, мир 😀\n']) {
        expect(refusal(utf32(text, littleEndian))).toMatch(/^a\.txt is encoded as UTF-32, not UTF-8: save it/);
      }
    }
  });
});

describe('a byte that is not UTF-8', () => {
  const at = (message: string) => /line (\d+).*?0x(..) \(byte (\d+)\)/.exec(message)?.slice(1);

  it('is named with its line, however lines end', () => {
    expect(at(refusal(Uint8Array.of(65, 10, 66, 0xe9, 67)))).toEqual(['2', 'E9', '4']);
    for (const end of ['\n', '\r', '\r\n']) {
      const before = bytes(`one${end}two${end}${end}`);
      const found = at(refusal(join(before, Uint8Array.of(0xff), bytes(`${end}five`))));
      expect(found).toEqual(['4', 'FF', String(before.length + 1)]);
    }
  });

  it('is found behind replacement characters, and where the text has a mark', () => {
    const before = bytes('\uFEFF� one\n� two\n');
    expect(at(refusal(join(before, Uint8Array.of(0xc3, 0x28))))).toEqual(['3', 'C3', String(before.length + 1)]);
  });

  it('is found beyond the first chunk, and at its edge', () => {
    for (const before of [(1 << 22) - 2, (1 << 22) - 1, 1 << 22, (1 << 22) + 4095, 9_000_001]) {
      const text = new Uint8Array(before + 5).fill(97);
      for (let i = 999; i < before; i += 1000) text[i] = 10;
      text.set([0xf0, 0x9f, 0x98, 0x20, 97], before);
      expect(at(refusal(text))).toEqual([String(Math.floor(before / 1000) + 1), 'F0', String(before + 1)]);
      const cut = refusal(text.subarray(0, before + 3));
      expect(at(cut)?.[2], cut).toBe(String(before + 1));
      expect(cut).toMatch(/its last, ends within a character/);
    }
  });

  it('is told as damage where the rest is UTF-8', () => {
    const russian = bytes('Широка страна моя родная');
    expect(refusal(join(russian, Uint8Array.of(0x80), russian))).toMatch(
      /line 1 has an invalid byte, 0x80 \(byte 46\); what else is there is UTF-8, so mend that line\.$/,
    );
    expect(refusal(russian.subarray(0, -1))).toMatch(
      /^a\.txt is not UTF-8 text: line 1, its last, ends within a character, which begins with 0xD1 \(byte 44\); the file was cut short/,
    );
  });
});

describe('another encoding', () => {
  it('is read when it is asked for, by any of its names', () => {
    const western = join(bytes('caf'), Uint8Array.of(0xe9), bytes(' noir, don'), Uint8Array.of(0x92), bytes('t'));
    for (const name of ['windows-1252', 'windows1252', 'cp1252', 'CP-1252', 'latin1', 'Latin-1', 'ISO-8859-1']) {
      expect(decodeText(western, 'a.txt', name), name).toBe('café noir, don’t');
    }
    const japanese = Uint8Array.of(0x83, 0x65, 0x83, 0x58, 0x83, 0x67);
    for (const name of ['shift_jis', 'Shift-JIS', 'shiftjis', 'sjis']) {
      expect(decodeText(japanese, 'a.txt', name), name).toBe('テスト');
    }
    expect(decodeText(Uint8Array.of(0xcd, 0xc9, 0xd2), 'a.txt', 'koi8-r')).toBe('мир');
    expect(decodeText(Uint8Array.of(0x84, 0x31, 0x95, 0x33, 0xc4, 0xe3), 'a.txt', 'gb18030')).toBe('你');
  });

  it('yields to a mark', () => {
    expect(decodeText(bytes('\uFEFFé'), 'a.txt', 'windows-1252')).toBe('é');
    expect(decodeText(join(Uint8Array.of(0xff, 0xfe), utf16('é', 'utf-16le')), 'a.txt', 'utf-8')).toBe('é');
  });

  it('is refused if there is none of the name, or bytes do not fit', () => {
    expect(refusal(bytes('a'), 'klingon')).toMatch(
      /^--encoding "klingon" is not the name of an encoding; take one such as utf-8, /,
    );
    for (const name of ['', ' ', 'utf-32', 'x'.repeat(1000)])
      expect(refusal(bytes('a'), name).length).toBeLessThan(250);
    expect(refusal(Uint8Array.of(65, 10, 0x81, 65, 0x82, 0x20), 'shift_jis')).toBe(
      'a.txt is not shift_jis text: line 2 has an invalid byte, 0x82 (byte 5); name another encoding.',
    );
    expect(refusal(Uint8Array.of(0x81), 'windows-1252')).toMatch(/line 1 has an invalid byte, 0x81 \(byte 1\)/);
    expect(refusal(Uint8Array.of(65, 0), 'windows-1252')).toMatch(/byte 2 is NUL/);
  });

  it.each([
    ['windows-1252', 'café noir, don’t forget déjà vu'],
    ['windows-1252', 'The captain’s wife didn’t speak'],
    ['windows-1252', 'Früh nach dem Rennen über die Straße'],
    ['windows-1250', 'Gdzie jest najbliższa księgarnia, proszę pana?'],
    ['macintosh', 'L’été dernier, j’ai vu la forêt où naît la rivière'],
    ['windows-1251', 'Широка страна моя родная, много в ней лесов'],
    ['koi8-r', 'Широка страна моя родная, много в ней лесов'],
    ['ibm866', 'Широка страна моя родная, много в ней лесов'],
    ['windows-1253', 'Άνδρα μοι έννεπε, Μούσα, πολύτροπον, ος μάλα πολλά'],
    ['windows-1255', 'בראשית ברא אלהים את השמים ואת הארץ'],
    ['windows-1256', 'يولد جميع الناس أحرارا متساوين في الكرامة والحقوق'],
    ['shift_jis', 'すべての人間は、生まれながらにして自由であり'],
    ['euc-jp', 'すべての人間は、生まれながらにして自由であり'],
    ['gb18030', '人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心'],
    ['big5', '人人生而自由，在尊嚴和權利上一律平等。他們賦有理性和良心'],
    ['euc-kr', '모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다'],
  ])('is guessed: %s', (encoding, text) => {
    const given = join(bytes('plain\n'), encodedAs(encoding, text), bytes('\nplain'));
    expect(refusal(given)).toMatch(
      new RegExp(`line 2 has .* it looks like ${encoding}: .*\\(--encoding ${encoding}, or “Reopen with Encoding”`),
    );
    expect(decodeText(given, 'a.txt', encoding)).toBe(`plain\n${text}\nplain`);
  });

  it('is not guessed where nothing fits', () => {
    expect(refusal(Uint8Array.from({ length: 300 }, (_, i) => 1 + ((i * 7919) % 255)))).toMatch(
      /; save it with the encoding UTF-8 and try again\.$/,
    );
  });
});

/** The bytes of a text in an encoding that has a decoder and no encoder. */
function encodedAs(encoding: string, text: string): Uint8Array {
  const decoder = decoderOf(encoding, false);
  const table = new Map<string, number[]>();
  for (let first = 0; first < 256; first++) {
    for (const second of [undefined, ...Array(256).keys()]) {
      const pair = second === undefined ? [first] : [first, second];
      const read = decoder.decode(Uint8Array.from(pair));
      if ([...read].length === 1 && read !== '\uFFFD' && !table.has(read)) table.set(read, pair);
    }
  }
  return Uint8Array.from([...text].flatMap((character) => table.get(character) ?? []));
}

describe('any text', () => {
  /** Strings of whole characters without NUL, in which marks, line ends and letters of every length are frequent. */
  const texts = fc
    .array(
      fc.oneof(
        fc.constantFrom('\r', '\n', '\r\n', '\uFEFF', '\u0301', 'e', 'é', '\uFFFD', '\u2028', '😀', ' '),
        fc.string({ unit: 'binary', maxLength: 6 }),
      ),
    )
    .map((parts) => parts.join('').replaceAll('\0', '0'))
    .filter((text) => sameText(text) !== '');

  it('is what its bytes are decoded to, in every Unicode encoding', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const same = (given: Uint8Array, asked?: string) =>
          expect(sameText(decodeText(given, 'a.txt', asked))).toBe(sameText(text));
        same(bytes(text));
        same(join(Uint8Array.from(marks['utf-8']), bytes(text)));
        for (const order of ['utf-16le', 'utf-16be'] as const) {
          same(join(Uint8Array.from(marks[order]), utf16(text, order)));
          // What begins like a mark is one.
          if (!/^[\uFEFF\uFFFE]|^\uBBEF|^\uEFBB/.test(text)) same(utf16(text, order), order);
        }
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('or one sentence with a line of the file', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc.string({ unit: 'binary', maxLength: 8 }).map(bytes),
      fc.constantFrom(Uint8Array.of(10), Uint8Array.of(13, 10), Uint8Array.of(0xff, 0xfe), Uint8Array.of(0xe2, 0x82)),
    );
    const encodings = fc.constantFrom(
      undefined,
      'utf-8',
      'utf-16le',
      'utf-16be',
      'shift_jis',
      'windows-1252',
      'gb18030',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), encodings, (pieces, encoding) => {
        const given = join(...pieces);
        try {
          expect(decodeText(given, 'a.txt', encoding)).not.toBe('');
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
          expect(error.message).toMatch(/^a\.txt [^\n\r]+\.$/);
          const line = Number(/line (\d+)/.exec(error.message)?.[1] ?? 1);
          const lines = [...given].filter((byte) => byte === 10 || byte === 13).length + 1;
          expect(line).toBeGreaterThan(0);
          expect(line).toBeLessThanOrEqual(lines);
          const place = Number(/byte (\d+)/.exec(error.message)?.[1] ?? 1);
          expect(place).toBeLessThanOrEqual(Math.max(1, given.length));
        }
      }),
      { seed: 2, numRuns: 2000 },
    );
  });
});

import { quote } from './quote';
import { UserError } from './user-error';

/** What turns bytes into text piece by piece. */
export interface Decoder {
  /** @throws if it is strict and there are bytes that do not fit */
  decode(bytes?: Uint8Array, options?: { readonly stream?: boolean }): string;
}

/** Names of the Encoding Standard, to find one that was written otherwise, such as `ShiftJIS` or `cp-1252`. */
const names = [
  [
    'utf-8',
    'utf-16le',
    'utf-16be',
    'ibm866',
    'koi8-r',
    'koi8-u',
    'macintosh',
    'x-mac-cyrillic',
    'windows-874',
    'latin1',
  ],
  ['windows-1250', 'windows-1251', 'windows-1252', 'windows-1253', 'windows-1254', 'windows-1255', 'windows-1256'],
  [
    'windows-1257',
    'windows-1258',
    'cp1250',
    'cp1251',
    'cp1252',
    'cp1253',
    'cp1254',
    'cp1255',
    'cp1256',
    'cp1257',
    'cp1258',
  ],
  ['iso-8859-1', 'iso-8859-2', 'iso-8859-3', 'iso-8859-4', 'iso-8859-5', 'iso-8859-6', 'iso-8859-7', 'iso-8859-8'],
  ['iso-8859-10', 'iso-8859-13', 'iso-8859-14', 'iso-8859-15', 'shift_jis', 'euc-jp', 'iso-2022-jp', 'euc-kr', 'gbk'],
  ['gb18030', 'big5'],
].flat();

const compact = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/**
 * The encoding that a name means, as the Encoding Standard writes it. Editors' and other tools' spellings are understood.
 * @param option how the name was asked for, for example `--encoding`
 * @throws UserError for a name that means none
 */
export function encodingNamed(name: string, option: string): string {
  const wanted = compact(name);
  for (const label of [name.trim(), names.find((known) => compact(known) === wanted)]) {
    try {
      if (label) return new TextDecoder(label).encoding;
    } catch {}
  }
  throw new UserError(
    `${option} ${quote(name)} is not the name of an encoding; take one such as utf-8, utf-16le, windows-1252, iso-8859-2, koi8-r, shift_jis, euc-kr, gb18030 or big5.`,
  );
}

/**
 * A decoder that keeps marks.
 * @param strict whether it throws where bytes do not fit; otherwise they become U+FFFD
 */
export function decoderOf(encoding: string, strict: boolean): Decoder {
  if (encoding === 'windows-1252') return new WesternDecoder(strict);
  return new TextDecoder(encoding, { fatal: strict, ignoreBOM: true });
}

/** Of the bytes 0x80 to 0x9F in windows-1252; U+FFFD for the five that mean nothing. */
const western = '€\uFFFD‚ƒ„…†‡ˆ‰Š‹Œ\uFFFDŽ\uFFFD\uFFFD‘’“”•–—˜™š›œ\uFFFDžŸ';

/** windows-1252 by its table: some engines take it for ISO 8859-1, and quotation marks for control characters. */
class WesternDecoder implements Decoder {
  private readonly decoder = new TextDecoder('utf-16le', { ignoreBOM: true });

  constructor(private readonly strict: boolean) {}

  decode(bytes = new Uint8Array(0)): string {
    const units = new Uint8Array(2 * bytes.length);
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i];
      const unit = byte < 0x80 || byte > 0x9f ? byte : western.charCodeAt(byte - 0x80);
      if (unit === 0xfffd && this.strict) throw new RangeError('a byte means nothing in windows-1252');
      units[2 * i] = unit & 0xff;
      units[2 * i + 1] = unit >> 8;
    }
    return this.decoder.decode(units);
  }
}

/**
 * WTF-8: UTF-8 that also writes surrogates which stand alone, as three bytes, so that any JavaScript string can be written and
 * read again (https://simonsapin.github.io/wtf-8/).
 */

/** Units made into a string at a time: as many arguments as every engine takes. */
const unitsAtOnce = 8192;

/** The bytes of any string. */
export function encodeWtf8(text: string): Uint8Array {
  const bytes = new Uint8Array(3 * text.length);
  return bytes.slice(0, writeWtf8(text, 0, text.length, bytes, 0));
}

/** How many bytes a part of a string has; it neither begins nor ends between two surrogates of a pair. */
export function wtf8Length(text: string, from: number, to: number): number {
  let length = 0;
  for (let i = from; i < to; i++) {
    const point = text.codePointAt(i)!;
    if (point > 0xffff) i++;
    length += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return length;
}

/** Writes the bytes of such a part from a place on. Returns where they end. */
export function writeWtf8(
  text: string,
  from: number,
  to: number,
  bytes: Uint8Array | Uint16Array | Uint32Array,
  at: number,
): number {
  let end = at;
  for (let i = from; i < to; i++) {
    const point = text.codePointAt(i)!;
    if (point < 0x80) bytes[end++] = point;
    else if (point < 0x800) {
      bytes[end++] = 0xc0 | (point >> 6);
      bytes[end++] = 0x80 | (point & 63);
    } else if (point < 0x10000) {
      bytes[end++] = 0xe0 | (point >> 12);
      bytes[end++] = 0x80 | ((point >> 6) & 63);
      bytes[end++] = 0x80 | (point & 63);
    } else {
      i++;
      bytes[end++] = 0xf0 | (point >> 18);
      bytes[end++] = 0x80 | ((point >> 12) & 63);
      bytes[end++] = 0x80 | ((point >> 6) & 63);
      bytes[end++] = 0x80 | (point & 63);
    }
  }
  return end;
}

/**
 * Reads bytes part by part, as the decoder of the Encoding Standard does but for surrogates: what no text was written as
 * becomes U+FFFD.
 */
export class Wtf8Decoder {
  private point = 0;
  /** Bytes that the character under way still lacks, and what the next one must lie between. */
  private missing = 0;
  private lower = 0x80;
  private upper = 0xbf;

  /** The text that is complete with more bytes. */
  decode(bytes: Uint8Array): string {
    const units = new Uint16Array(bytes.length + 1);
    let used = 0;
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i];
      if (this.missing === 0) {
        if (byte < 0x80) units[used++] = byte;
        else if (!this.begin(byte)) units[used++] = 0xfffd;
        continue;
      }
      if (byte < this.lower || byte > this.upper) {
        this.missing = 0;
        units[used++] = 0xfffd;
        i--; // it may begin a character of its own
        continue;
      }
      this.lower = 0x80;
      this.upper = 0xbf;
      this.point = (this.point << 6) | (byte & 63);
      if (--this.missing > 0) continue;
      if (this.point > 0xffff) {
        units[used++] = 0xd7c0 + (this.point >> 10);
        units[used++] = 0xdc00 | (this.point & 0x3ff);
      } else units[used++] = this.point;
    }
    return toText(units.subarray(0, used));
  }

  /** Whether no character lacks bytes. */
  get isWhole(): boolean {
    return this.missing === 0;
  }

  /** Whether text goes on with these bytes: no character is broken off, and no surrogate stands alone. */
  fits(bytes: Uint8Array): boolean {
    const begun = this.fork();
    for (const byte of bytes) {
      if (begun.missing === 0 ? byte >= 0x80 && !begun.begin(byte) : !begun.goOn(byte)) return false;
    }
    return true;
  }

  /** What is to be read for a character that stays incomplete. */
  end(): string {
    const text = this.missing > 0 ? '\uFFFD' : '';
    this.missing = 0;
    return text;
  }

  /** A decoder that goes on from here, apart from this one. */
  fork(): Wtf8Decoder {
    const { point, missing, lower, upper } = this;
    return Object.assign(new Wtf8Decoder(), { point, missing, lower, upper });
  }

  /** Takes a later byte of a character. Returns whether it belongs to one that stands for itself. */
  private goOn(byte: number): boolean {
    // ED A0 to ED BF begin surrogates; with two bytes to come, 0D is what is known after ED alone.
    const upper = this.missing === 2 && this.point === 0x0d ? Math.min(this.upper, 0x9f) : this.upper;
    if (byte < this.lower || byte > upper) return false;
    this.lower = 0x80;
    this.upper = 0xbf;
    this.point = (this.point << 6) | (byte & 63);
    this.missing--;
    return true;
  }

  /** Takes the first of several bytes. Returns whether there is a character that begins with it. */
  private begin(byte: number): boolean {
    if (byte < 0xc2 || byte > 0xf4) return false;
    this.missing = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    this.point = byte & (0x3f >> this.missing);
    this.lower = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80;
    this.upper = byte === 0xf4 ? 0x8f : 0xbf;
    return true;
  }
}

function toText(units: Uint16Array): string {
  if (units.length <= unitsAtOnce) return String.fromCharCode(...units);
  const parts: string[] = [];
  for (let i = 0; i < units.length; i += unitsAtOnce) {
    parts.push(String.fromCharCode(...units.subarray(i, i + unitsAtOnce)));
  }
  return parts.join('');
}

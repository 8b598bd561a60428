/** The two orders in which the bytes of a UTF-16 unit are written. */
export type Utf16 = 'utf-16le' | 'utf-16be';

/** Bytes decoded at a time; even. */
const chunkBytes = 1 << 22;

/** Bytes that are looked at to tell what a text is. */
const sampled = 1 << 16;

/** Fewest units in which the frequency of their first bytes says anything. */
const fewest = 16;

/** A control, private, unassigned or lone surrogate code point: none is in a text, but for white space. */
const noText = /[^\P{C}\p{Cf}\s\x85]/u;

/** The UTF-16 unit at a byte. */
export function unitAt(bytes: Uint8Array, at: number, how: Utf16): number {
  return how === 'utf-16le' ? bytes[at] | (bytes[at + 1] << 8) : (bytes[at] << 8) | bytes[at + 1];
}

/**
 * Decodes UTF-16.
 * @returns the text, or the byte where the first unit begins that is none: NUL, half a pair, or half a unit at the end
 */
export function decodeUtf16(bytes: Uint8Array, how: Utf16): string | number {
  const even = bytes.length & ~1;
  for (let i = 0; i < even; i += 2) {
    const unit = unitAt(bytes, i, how);
    if (unit === 0) return i;
    if ((unit & 0xf800) !== 0xd800) continue;
    const isPair = unit < 0xdc00 && i + 2 < even && (unitAt(bytes, i + 2, how) & 0xfc00) === 0xdc00;
    if (!isPair) return i;
    i += 2;
  }
  if (even < bytes.length) return even;
  return decodeUnits(bytes, how);
}

/** Decodes UTF-16 whose pairs may be torn. */
function decodeUnits(bytes: Uint8Array, how: Utf16): string {
  const decoder = new TextDecoder('utf-16le', { ignoreBOM: true });
  const parts: string[] = [];
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    const chunk = bytes.slice(start, start + chunkBytes);
    if (how === 'utf-16be') swapBytes(chunk);
    parts.push(decoder.decode(chunk, { stream: true }));
  }
  return parts.join('') + decoder.decode();
}

function swapBytes(bytes: Uint8Array): void {
  for (let i = 0; i + 1 < bytes.length; i += 2) {
    const first = bytes[i];
    bytes[i] = bytes[i + 1];
    bytes[i + 1] = first;
  }
}

/**
 * Tells UTF-16 without a mark, in bytes that have a NUL and so are no other text: what is decoded is characters throughout, and
 * half of the units' higher bytes are NUL, or they are as few as an alphabet's, or lie where Chinese, Japanese and Korean do.
 */
export function unmarkedUtf16(bytes: Uint8Array): Utf16 | undefined {
  if (bytes.length % 2 !== 0) return undefined;
  const sample = bytes.slice(0, sampled);
  const nuls = [0, 0];
  for (let i = 0; i < sample.length; i++) if (sample[i] === 0) nuls[i & 1]++;
  const likelier = nuls[1] >= nuls[0] ? 'utf-16le' : 'utf-16be';
  if (isUtf16(sample, likelier, bytes.length > sampled)) return likelier;
  const other = likelier === 'utf-16le' ? 'utf-16be' : 'utf-16le';
  return isUtf16(sample, other, bytes.length > sampled) ? other : undefined;
}

function isUtf16(sample: Uint8Array, how: Utf16, goesOn: boolean): boolean {
  const text = decodeUnits(sample, how);
  if (noText.test(goesOn ? text.replace(/\uFFFD$/, '') : text)) return false;
  const higher = higherBytes(sample, how);
  const units = sample.length / 2;
  if (higher[0] > 1 && higher[0] >= units / 2) return true;
  return units >= fewest && (isOneAlphabet(higher, units) || (isEastAsian(higher, units) && !isUtf8(sample)));
}

/** The higher bytes of a sample's units, and how often each occurs. (256) */
function higherBytes(sample: Uint8Array, how: Utf16): Uint32Array {
  const counts = new Uint32Array(256);
  for (let i = how === 'utf-16le' ? 1 : 0; i < sample.length; i += 2) counts[sample[i]]++;
  return counts;
}

/** Whether nearly all characters are of one block, with blanks (U+00xx) and punctuation (U+20xx) between them. */
function isOneAlphabet(higher: Uint32Array, units: number): boolean {
  const most = Math.max(...higher.filter((_, byte) => byte !== 0 && byte !== 0x20));
  return higher[0] >= units / 20 && most + higher[0] + higher[0x20] >= 0.9 * units;
}

/** Whether nearly all characters are kana, Han, Hangul, and what is written with them. */
function isEastAsian(higher: Uint32Array, units: number): boolean {
  const fits = (byte: number) =>
    byte === 0 || byte === 0x20 || (byte >= 0x30 && byte <= 0x9f) || (byte >= 0xac && byte <= 0xd7) || byte === 0xff;
  return higher.reduce((sum, count, byte) => sum + (fits(byte) ? count : 0), 0) >= 0.95 * units;
}

/** Whether bytes decode as UTF-8, but for a character that is cut at their end. */
function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

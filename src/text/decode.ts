import { type Decoder, decoderOf, encodingNamed } from './encodings';
import { guessEncoding } from './guess-encoding';
import { UserError } from './user-error';
import { decodeUtf16, type Utf16, unitAt, unmarkedUtf16 } from './utf16';
import { finish, type Work } from './work';

/** Bytes decoded at a time: enough to be fast, little enough to copy. */
const chunkBytes = 1 << 22;

/** Bytes of a text, at most: JavaScript's strings hold hardly more characters. */
export const mostBytes = 500_000_000;

/** Refuses a text that is too large to be read. @throws UserError, with `source` to name it */
export function checkSize(bytes: number, source: string): void {
  if (bytes <= mostBytes) return;
  const [size, most] = [bytes, mostBytes].map((n) => n.toLocaleString('en'));
  throw new UserError(`${source} has ${size} bytes, and a text may have ${most} at most: train on a part of it.`);
}

/** What the first bytes of a text say of its encoding. */
interface Mark {
  readonly encoding: 'utf-8' | Utf16 | 'UTF-32';
  readonly length: number;
}

function markOf(bytes: Uint8Array): Mark | undefined {
  const [a, b, c, d] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return { encoding: 'utf-8', length: 3 };
  if (a === 0xff && b === 0xfe && c === 0 && d === 0) return { encoding: 'UTF-32', length: 4 };
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return { encoding: 'UTF-32', length: 4 };
  if (a === 0xff && b === 0xfe) return { encoding: 'utf-16le', length: 2 };
  if (a === 0xfe && b === 0xff) return { encoding: 'utf-16be', length: 2 };
  return undefined;
}

/**
 * What a text's bytes mean, wherever they come from. A byte order mark says it, then what was asked for; else it is UTF-16 if
 * that is unmistakable, and UTF-8. The mark is left out; `sameText` then makes line ends and letters one.
 * @param given the file's bytes; they may be on a SharedArrayBuffer, which some decoders refuse, so they are copied by chunks
 * @param source named in messages, for example a file's name
 * @param asked the encoding of a text without a mark, by a name of the Encoding Standard
 * @throws UserError for bytes that are empty, too many, binary (NUL), or that do not fit, with the byte and its line
 */
export function decodeText(bytes: Uint8Array, source: string, asked?: string): string {
  return finish(decoding(bytes, source, asked));
}

/** The same bit by bit. */
export function* decoding(given: Uint8Array, source: string, asked?: string): Work<string> {
  checkSize(given.length, source);
  // What else may come is a Buffer, whose slices are no copies.
  const bytes = new Uint8Array(given.buffer, given.byteOffset, given.length);
  const wanted = asked === undefined ? undefined : encodingNamed(asked, '--encoding');
  const mark = markOf(bytes);
  const nul = bytes.indexOf(0);
  if (mark?.encoding === 'UTF-32' || (!mark && !wanted && nul >= 0 && isUtf32(bytes))) {
    throw new UserError(`${source} is encoded as UTF-32, not UTF-8: save it with the encoding UTF-8 and try again.`);
  }
  const encoding = mark?.encoding ?? wanted ?? (nul >= 0 ? unmarkedUtf16(bytes) : undefined) ?? 'utf-8';
  const body = bytes.subarray(mark?.length ?? 0);
  const text =
    encoding === 'utf-16le' || encoding === 'utf-16be'
      ? readUtf16(bytes, body, encoding, source)
      : yield* readBytes(bytes, body, encoding, source, wanted !== undefined && !mark);
  if (!/[^\uFEFF]/.test(text)) {
    throw new UserError(`${source} is empty: there is no text to learn; choose a file with text.`);
  }
  return text;
}

/** Whether bytes without a mark are UTF-32: in fours they are characters of the planes that have any. */
function isUtf32(bytes: Uint8Array): boolean {
  const sample = bytes.slice(0, 4096);
  if (bytes.length % 4 !== 0 || sample.length === 0) return false;
  const points = new DataView(sample.buffer);
  return [true, false].some((littleEndian) => {
    for (let at = 0; at < sample.length; at += 4) {
      const point = points.getUint32(at, littleEndian);
      if (point < 9 || point >= 0x40000) return false;
    }
    return true;
  });
}

function readUtf16(bytes: Uint8Array, body: Uint8Array, encoding: Utf16, source: string): string {
  const text = decodeUtf16(body, encoding);
  if (typeof text === 'string') return text;
  const at = text + bytes.length - body.length;
  const line = lineOf(body, text, encoding);
  const name = encoding.toUpperCase();
  if (text + 1 === body.length) {
    throw new UserError(
      `${source} is not ${name} text: it ends in half a character on line ${line} (byte ${at + 1}); the file was cut short, so get it anew.`,
    );
  }
  if (unitAt(body, text, encoding) === 0) throw binary(source, at, line);
  const unit = unitAt(body, text, encoding).toString(16).toUpperCase();
  throw new UserError(
    `${source} is not ${name} text: line ${line} has half a surrogate pair, ${unit} (byte ${at + 1}); save it with the encoding UTF-8 and try again.`,
  );
}

/** Decodes what is written byte by byte. @param asked whether somebody said that this is the encoding */
function* readBytes(
  bytes: Uint8Array,
  body: Uint8Array,
  encoding: string,
  source: string,
  asked: boolean,
): Work<string> {
  const nul = body.indexOf(0);
  const marked = bytes.length - body.length;
  if (nul >= 0) throw binary(source, nul + marked, lineOf(body, nul));
  const decoder = decoderOf(encoding, true);
  const parts: string[] = [];
  try {
    for (let start = 0; start < body.length; start += chunkBytes) {
      parts.push(decoder.decode(body.slice(start, start + chunkBytes), { stream: true }));
      yield Math.min(1, start / body.length);
    }
    parts.push(decoder.decode());
  } catch {
    throw misfit(source, body, marked, encoding, asked);
  }
  const text = parts.join('');
  return marked === 0 && text.startsWith('\uFEFF') ? text.slice(1) : text;
}

function binary(source: string, at: number, line: number): UserError {
  return new UserError(
    `${source} is not text: byte ${at + 1} is NUL, on line ${line}, as in binary files; choose a text file.`,
  );
}

/** Says which byte does not fit, and what the text may be instead. */
function misfit(source: string, body: Uint8Array, marked: number, encoding: string, asked: boolean): UserError {
  const { at, cut } = firstMisfit(body, () => decoderOf(encoding, true));
  const line = lineOf(body, at);
  const name = encoding === 'utf-8' ? 'UTF-8' : encoding;
  const byte = `0x${body[at].toString(16).toUpperCase().padStart(2, '0')} (byte ${at + marked + 1})`;
  const what = cut
    ? `line ${line}, its last, ends within a character, which begins with ${byte}`
    : `line ${line} has an invalid byte, ${byte}`;
  return new UserError(
    `${source} is not ${name} text: ${what}; ${asked ? 'name another encoding.' : advice(body, at, cut)}`,
  );
}

function advice(body: Uint8Array, at: number, cut: boolean): string {
  const guess = guessEncoding(body, at);
  if (guess === undefined) return 'save it with the encoding UTF-8 and try again.';
  if (guess === 'utf-8') {
    return cut
      ? 'the file was cut short, so get it anew or leave out its end.'
      : 'what else is there is UTF-8, so mend that line.';
  }
  return `it looks like ${guess}: save it with the encoding UTF-8, or name its own (--encoding ${guess}, or “Reopen with Encoding” in the editor).`;
}

/**
 * The byte at which the first character begins that a strict decoder refuses: the chunk is found, then a small part of it,
 * then the byte.
 * @returns its index, and whether the text ends within the character
 */
function firstMisfit(bytes: Uint8Array, decoder: () => Decoder): { readonly at: number; readonly cut: boolean } {
  let from = 0;
  for (const size of [chunkBytes, 4096]) from = Math.max(0, partThatFails(bytes, decoder(), from, size).part - 8);
  const { complete, cut } = partThatFails(bytes, decoder(), from, 1);
  return { at: complete, cut };
}

/**
 * Decodes up to `from`, and then in parts of a size until one fails.
 * @returns where that part begins, where the last text ended, and whether it is the end of the bytes that fails
 */
function partThatFails(
  bytes: Uint8Array,
  decoder: Decoder,
  from: number,
  size: number,
): { readonly part: number; readonly complete: number; readonly cut: boolean } {
  let part = from;
  let complete = from;
  let cut = false;
  try {
    for (let at = 0; at < from; at += chunkBytes) {
      decoder.decode(bytes.slice(at, Math.min(from, at + chunkBytes)), { stream: true });
    }
    for (let at = from; at < bytes.length; at += size) {
      part = at;
      if (decoder.decode(bytes.slice(at, at + size), { stream: true }) !== '')
        complete = Math.min(bytes.length, at + size);
    }
    cut = true;
    decoder.decode();
  } catch {}
  return { part, complete, cut };
}

const isLineEnd = (unit: number) => unit === 10 || unit === 13;

/** Number of the line, as editors count (LF, CR and CRLF end one), in which a byte stands. */
function lineOf(bytes: Uint8Array, at: number, how?: Utf16): number {
  const size = how ? 2 : 1;
  let line = 1;
  let before = 0;
  for (let i = 0; i < at; i += size) {
    const unit = how ? unitAt(bytes, i, how) : bytes[i];
    if (isLineEnd(unit) && !(unit === 10 && before === 13)) line++;
    before = unit;
  }
  return line;
}

import { UserError } from './user-error';
import { finish, type Work } from './work';

/** Bytes decoded at a time: enough to be fast, little enough to copy. */
const chunkBytes = 1 << 22;

/** Bytes of a text, at most: JavaScript's strings hold hardly more characters. */
export const mostBytes = 500_000_000;

/** Refuses a text that is too large to be read. @throws UserError, with `source` to name it */
export function checkSize(bytes: number, source: string): void {
  if (bytes <= mostBytes) return;
  throw new UserError(
    `${source} has ${bytes} bytes; at most ${mostBytes} can be read: split the file or take a part of it.`,
  );
}

/**
 * Decodes UTF-8, without a byte order mark and with CRLF turned into LF.
 * @param bytes the file's bytes; they may be on a SharedArrayBuffer, which some decoders refuse, so they are copied by chunks
 * @param source named in messages, for example a file's name
 * @throws UserError for bytes that are empty, too many, binary (NUL) or not UTF-8
 */
export function decodeText(bytes: Uint8Array, source: string): string {
  return finish(decoding(bytes, source));
}

/** The same bit by bit. */
export function* decoding(bytes: Uint8Array, source: string): Work<string> {
  checkSize(bytes.length, source);
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new UserError(`${source} is encoded as UTF-16, not UTF-8: save it with the encoding UTF-8 and try again.`);
  }
  const nul = bytes.indexOf(0);
  if (nul >= 0) {
    throw new UserError(`${source} is not text: byte ${nul + 1} is NUL, as in binary files; choose a text file.`);
  }
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const parts: string[] = [];
  let start = 0;
  try {
    for (; start < bytes.length; start += chunkBytes) {
      parts.push(decoder.decode(bytes.slice(start, start + chunkBytes), { stream: true }));
      yield Math.min(1, start / bytes.length);
    }
    parts.push(decoder.decode());
  } catch {
    const line = lineOfInvalid(bytes.slice(0, start + chunkBytes));
    throw new UserError(
      `${source} is not UTF-8 text: line ${line} has an invalid byte; save it with the encoding UTF-8 and try again.`,
    );
  }
  const text = parts.join('');
  if (text.length === 0) throw new UserError(`${source} is empty: there is no text to learn; choose a file with text.`);
  return text.includes('\r') ? text.replaceAll('\r\n', '\n') : text;
}

/** Number of the line where decoding first had to put a replacement character. */
function lineOfInvalid(bytes: Uint8Array): number {
  const text = new TextDecoder().decode(bytes);
  const invalid = text.indexOf('\uFFFD');
  let line = 1;
  for (let i = text.indexOf('\n'); i >= 0 && i < invalid; i = text.indexOf('\n', i + 1)) line++;
  return line;
}

import { setImmediate } from 'node:timers/promises';
import * as vscode from 'vscode';
import { UserError } from '../text/user-error';

/** Bytes that are enough to learn in which encoding the editor reads a file. */
const headBytes = 1 << 16;
const bytesAtOnce = 1 << 20;

/**
 * A file's text where the editor reads it otherwise than as UTF-8, by its settings for that file, by what it guesses, or as the
 * open document was opened.
 * @param document the file as it is open, without changes; undefined if it is not
 * @returns undefined where its bytes speak for themselves: it has a mark, or NULs, or the editor reads it as UTF-8 too
 * @throws UserError if there are bytes that do not fit
 */
export async function readAsEditor(
  bytes: Uint8Array,
  uri: vscode.Uri,
  document: vscode.TextDocument | undefined,
  source: string,
): Promise<string | undefined> {
  if (hasMark(bytes)) return undefined;
  const encoding = document?.encoding;
  if (encoding === 'utf8' || encoding === 'utf8bom') return undefined;
  if (!encoding && (bytes.includes(0) || (await isUtf8InEditor(bytes, uri)))) return undefined;
  const { decode } = vscode.workspace;
  const text = await (encoding ? decode(bytes.slice(), { encoding }) : decode(bytes.slice(), { uri }));
  const misfit = text.indexOf('\uFFFD');
  if (misfit >= 0) {
    const line = text.slice(0, misfit).split(/\r\n?|\n/).length;
    throw new UserError(
      vscode.l10n.t(
        '{0} has bytes that do not fit the encoding in which the editor reads it, the first on line {1}: open it and choose another with “Reopen with Encoding”.',
        source,
        line,
      ),
    );
  }
  return text;
}

function hasMark([a, b, c]: Uint8Array): boolean {
  return (a === 0xef && b === 0xbb && c === 0xbf) || (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff);
}

/** Asks the editor to decode the beginning and the first bytes that are not ASCII, and looks whether they are UTF-8 to it. */
async function isUtf8InEditor(bytes: Uint8Array, uri: vscode.Uri): Promise<boolean> {
  const first = await firstBeyondAscii(bytes);
  if (first === bytes.length) return true;
  const end = Math.min(bytes.length, headBytes);
  const sample = withoutCutCharacter(
    first < end ? bytes.slice(0, end) : concat(bytes.slice(0, end), bytes.slice(first, first + headBytes)),
  );
  const inEditor = await vscode.workspace.decode(sample, { uri });
  return withoutDamage(inEditor) === withoutDamage(new TextDecoder().decode(sample));
}

/** Index of the first byte above 127; the length if there is none. */
async function firstBeyondAscii(bytes: Uint8Array): Promise<number> {
  for (let start = 0; start < bytes.length; start += bytesAtOnce) {
    const end = Math.min(bytes.length, start + bytesAtOnce);
    for (let i = start; i < end; i++) if (bytes[i] > 127) return i;
    await setImmediate();
  }
  return bytes.length;
}

/** UTF-8 up to the last character that is sure to be whole. */
function withoutCutCharacter(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end > 0 && bytes[end - 1] >= 0xc0 ? end - 1 : end);
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** Decoders count differently what does not fit. */
const withoutDamage = (text: string) => text.replaceAll(/\uFFFD+/g, '\uFFFD');

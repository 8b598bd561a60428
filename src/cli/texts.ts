import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { checkSize, decodeText } from '../text/decode';
import { encodingNamed } from '../text/encodings';
import { nameOf, readBytes } from './files';

/** Adds `--encoding` to a command that reads a text. A name that means none is refused before anything is read. */
export function addEncoding(command: Command): Command {
  return command.option(
    '--encoding <name>',
    'the encoding of a text without a byte order mark, such as windows-1252, koi8-r or shift_jis (default: UTF-8, or UTF-16 where that is unmistakable)',
    (name: string) => encodingNamed(name, '--encoding'),
  );
}

/** What was given as `--encoding`, among a command's parsed options. */
export function encodingOf({ encoding }: Readonly<Record<string, unknown>>): string | undefined {
  return typeof encoding === 'string' ? encoding : undefined;
}

/** The bytes of a text. Throws a UserError that names the file and the cause, before a file is read that is too large. */
export function readTextBytes(path: string): Uint8Array {
  checkSize(sizeOf(path), nameOf(path));
  return readBytes(path);
}

/** 0 if it cannot be told: reading then says why. */
function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}

/** A text as every command reads it. Throws a UserError that names the file, and the byte and line that are no text. */
export function readText(path: string, encoding: string | undefined): string {
  return decodeText(readTextBytes(path), nameOf(path), encoding);
}

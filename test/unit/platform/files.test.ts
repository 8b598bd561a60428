import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { followLinks, removeLeftovers, writeAtomically, writeAtomicallySync } from '../../../src/platform/files';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'recurrent-files-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const writers = {
  writeAtomically,
  writeAtomicallySync: async (path: string, bytes: Uint8Array | string) => writeAtomicallySync(path, bytes),
};

describe.each(Object.entries(writers))('%s', (_, write) => {
  it('replaces a file and leaves nothing beside it', async () => {
    const file = join(home, 'a.txt');
    await write(file, 'one');
    await write(file, new TextEncoder().encode('two'));
    expect(readFileSync(file, 'utf8')).toBe('two');
    expect(readdirSync(home)).toEqual(['a.txt']);
  });

  it('keeps the permissions of a file that exists', async () => {
    const file = join(home, 'secret');
    writeFileSync(file, 'one');
    chmodSync(file, 0o600);
    await write(file, 'two');
    expect(statSync(file).mode & 0o7777).toBe(0o600);
  });

  it('writes to what a link leads to, and leaves the link', async () => {
    mkdirSync(join(home, 'there'));
    const link = join(home, 'link');
    symlinkSync('there/target', link);
    await write(link, 'new');
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(home, 'there/target'), 'utf8')).toBe('new');
  });

  it('does not replace a pipe or a folder', async () => {
    const pipe = join(home, 'pipe');
    execFileSync('mkfifo', [pipe]);
    await expect(write(pipe, 'x')).rejects.toThrow('it is a pipe, not a file');
    expect(statSync(pipe).isFIFO()).toBe(true);
    await expect(write(home, 'x')).rejects.toThrow('it is a folder');
  });

  it('can write a file whose name is as long as names may be', async () => {
    const file = join(home, `${'ä'.repeat(125)}.text`);
    await write(file, 'long');
    expect(readFileSync(file, 'utf8')).toBe('long');
  });
});

describe('Links and leftovers', () => {
  it('says that links lead in a circle', () => {
    symlinkSync('b', join(home, 'a'));
    symlinkSync('a', join(home, 'b'));
    expect(() => followLinks(join(home, 'a'))).toThrow('circle');
  });

  it('removes temporary files of processes that are gone, and no others', () => {
    const gone = Number(execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }));
    const names = [`m.${gone}.partial`, `m.${process.pid}.partial`, `m.${process.ppid}.partial`, 'm.partial', 'm'];
    for (const name of names) writeFileSync(join(home, name), '');
    removeLeftovers(home);
    expect(existsSync(join(home, names[0]))).toBe(false);
    expect(readdirSync(home).sort()).toEqual(names.slice(1).sort());
  });
});

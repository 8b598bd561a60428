import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const cli = resolve(__dirname, '../../dist/cli.js');
const folder = mkdtempSync(join(tmpdir(), 'recurrent-texts-'));
const at = (name: string) => join(folder, name);
const small = '--hidden 8 --batch 2 --steps 8 --max-steps 6 --threads 1 --length 5'.split(' ');

function recurrent(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

const french = 'café noir, don’t\n'.repeat(40);
const asWestern = (text: string) => Buffer.from(text.replaceAll('’', '\x92'), 'latin1');

beforeAll(() => {
  writeFileSync(at('utf8.txt'), french);
  writeFileSync(at('western.txt'), asWestern(french.replaceAll('\n', '\r\n')));
  writeFileSync(at('utf16.txt'), Buffer.from(french, 'utf16le'));
  writeFileSync(at('decomposed.txt'), `\uFEFF${french.normalize('NFD').replaceAll('\n', '\r')}`);
  const { status, stderr } = recurrent('train', at('utf8.txt'), ...small, '--checkpoint', at('m.safetensors'));
  expect(status, stderr).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a text on the command line', () => {
  const kept = [['utf8.txt'], ['utf16.txt'], ['decomposed.txt'], ['western.txt', '--encoding', 'cp1252']];

  it.each([
    ['train', ...small, '--json'],
    ['baseline', '--json'],
    ['evaluate', '--json'],
    ['surprise', '--json'],
    ['flow', '--json', '--at', '20', '--lags', '9'],
  ])('is the same to %s, however it is kept', (command, ...options) => {
    const measured = kept.map(([file, ...encoding]) => {
      const model = ['evaluate', 'surprise', 'flow'].includes(command) ? [at('m.safetensors')] : [];
      const { status, stdout, stderr } = recurrent(command, ...model, at(file), ...options, ...encoding);
      expect(status, `${file}: ${stderr}`).toBe(0);
      return stdout.replaceAll(/"(tokensPerSecond|seconds)":[\d.]+,?/g, '');
    });
    expect(measured[0]).not.toBe('');
    for (const other of measured) expect(other).toBe(measured[0]);
  });

  it('is the same as a prompt, however it is typed', () => {
    const sample = (prompt: string) => {
      const { stdout } = recurrent('sample', at('m.safetensors'), '--prompt', prompt, '--json', '--length', '40');
      return (JSON.parse(stdout) as { text: string }).text;
    };
    expect(sample('cafe\u0301\r\n')).toBe(sample('café\n'));
    expect(sample('\uFEFFcafé\r')).toBe(sample('café\n'));
  });

  it.each([
    [
      'another encoding',
      ['train', at('western.txt')],
      /^recurrent: western\.txt is not UTF-8 text: line 1 has an invalid byte, 0xE9 \(byte 4\); it looks like windows-1252: .*\n$/,
    ],
    [
      'an unknown encoding',
      ['train', at('none.txt'), '--encoding', 'klingon'],
      /^recurrent: --encoding "klingon" is not/,
    ],
    ['UTF-32', ['baseline', at('utf32.txt')], /^recurrent: utf32\.txt is encoded as UTF-32/],
    [
      'most letters lost',
      ['train', at('russian.txt'), '--preset', 'quick'],
      /^recurrent: russian\.txt would lose 95% of its letters, as --normalize 'letters' keeps only/,
    ],
    [
      'all words lost',
      ['train', at('numbers.txt'), '--tokenizer', 'words'],
      /^recurrent: numbers\.txt has no word that is frequent enough.* lower --min-frequency \(2\), raise --vocabulary-size/,
    ],
    [
      'too large a text',
      ['evaluate', at('m.safetensors'), at('large.txt')],
      /^recurrent: large\.txt has 600,000,000 bytes, and a text may have 500,000,000 at most/,
    ],
    ['a device', ['surprise', at('m.safetensors'), '/dev/zero'], /^recurrent: Cannot read \/dev\/zero: it is a device/],
  ])('is refused for %s, in one sentence and with exit code 2', (_, args, message) => {
    writeFileSync(
      at('utf32.txt'),
      Buffer.from('hello world'.split('').flatMap((letter) => [letter.charCodeAt(0), 0, 0, 0])),
    );
    writeFileSync(at('russian.txt'), 'Широка страна моя родная OK много в ней лесов\n'.repeat(80));
    writeFileSync(at('numbers.txt'), Array.from({ length: 1501 }, (_, i) => 100_000 + i).join(' '));
    writeFileSync(at('large.txt'), '');
    truncateSync(at('large.txt'), 600_000_000);
    const { status, stdout, stderr } = recurrent(...args);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd()).not.toContain('\n');
    expect([status, stdout]).toEqual([2, '']);
  });

  it('is measured with a note of what a model cannot read of it', () => {
    const letters = [...small, '--normalize', 'letters', '--checkpoint', at('letters.safetensors')];
    const note = /^8\.3% of the letters of utf8\.txt \(40 of \d+\) are left out, as --normalize 'letters' keeps only/m;
    expect(recurrent('train', at('utf8.txt'), ...letters).stderr).toMatch(note);
    for (const command of ['evaluate', 'surprise']) {
      const { stdout, stderr } = recurrent(command, at('letters.safetensors'), at('utf8.txt'), '--json');
      expect(stderr).toMatch(note);
      expect(stdout).not.toContain('left out');
    }
    writeFileSync(at('mixed.txt'), 'Привет, café\n');
    for (const command of ['evaluate', 'surprise']) {
      expect(recurrent(command, at('m.safetensors'), at('mixed.txt')).stderr).toMatch(
        /^\d+ of 1[23] tokens of mixed\.txt \(\d+%\) are <unk>, /m,
      );
    }
  });
});

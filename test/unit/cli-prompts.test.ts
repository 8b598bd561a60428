import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const cli = resolve(__dirname, '../../dist/cli.js');
const folder = mkdtempSync(join(tmpdir(), 'recurrent-prompts-'));
const at = (name: string) => join(folder, name);
const small = '--hidden 8 --batch 2 --steps 8 --max-steps 6 --threads 1 --length 5'.split(' ');

function recurrent(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

function sample(model: string, ...args: string[]) {
  const { status, stdout, stderr } = recurrent('sample', at(`${model}.st`), '--json', ...args);
  expect(status, stderr).toBe(0);
  return { ...(JSON.parse(stdout) as { text: string; end: string; tokens: { text: string }[] }), stderr };
}

beforeAll(() => {
  writeFileSync(at('fox.txt'), 'The quick brown fox jumps over the lazy dog.\n'.repeat(40));
  writeFileSync(at('mir.txt'), 'привет мир снова книга река '.repeat(120));
  const train = (text: string, model: string, ...args: string[]) => {
    const { status, stderr } = recurrent('train', at(text), ...small, ...args, '--checkpoint', at(`${model}.st`));
    expect(status, stderr).toBe(0);
  };
  train('fox.txt', 'characters', '--top-k', '5');
  train('fox.txt', 'words', '--tokenizer', 'words');
  train('mir.txt', 'subwords', '--tokenizer', 'subwords', '--vocabulary-size', '260');
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('recurrent sample', () => {
  it('goes on with the rest of a word, and glues nothing to it', () => {
    for (let seed = 0; seed < 5; seed++) {
      const { tokens } = sample('words', '--prompt', 'The qui', '--length', '2', '--seed', String(seed));
      expect(tokens[0].text).toBe('ck');
      expect(tokens[1].text).toMatch(/^[ .\n]/);
    }
    const beams = sample('words', '--prompt', 'The qui', '--beams', '3', '--length', '2');
    expect(beams.text).toMatch(/^ck[ .\n]/);
    const { text, stderr } = sample('words', '--prompt', 'The Zar', '--length', '1');
    expect(text).toMatch(/^[ .\n]/);
    expect(stderr).toBe('The vocabulary of the model lacks Zar; it is read as <unk>.\n');
  });

  it('names characters that the model has never seen, in one line', () => {
    const { status, stdout, stderr } = recurrent(
      'sample',
      at('characters.st'),
      '--prompt',
      '日本語日本',
      '--length',
      '5',
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(/^日本語日本.{5}\n$/s);
    expect(stderr).toBe('The model has never seen 日本語; they are read as <unk>.\n');
    expect(sample('characters', '--prompt', 'The quick').stderr).toBe('');
  });

  it('tells every token, and writes no half characters', () => {
    for (const prompt of ['привет', 'при', '']) {
      const { text, tokens, end } = sample('subwords', '--prompt', prompt, '--length', '12', '--temperature', '2');
      expect(tokens).toHaveLength(12);
      expect(end).toBe('length');
      expect(text).not.toContain('\uFFFD');
      expect(tokens.map((token) => token.text).join('')).toBe(text);
    }
  });

  it('reads a prompt however long', () => {
    const prompt = 'The quick '.repeat(1100);
    const { status, stdout, stderr } = recurrent('sample', at('characters.st'), '--prompt', prompt, '--length', '5');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout.startsWith(prompt)).toBe(true);
  });

  it('lets what is typed win over what the checkpoint stores', () => {
    const { text, stderr } = sample('characters', '--beams', '4', '--length', '5');
    expect(text.length).toBeGreaterThan(0);
    expect(stderr).toBe('--top-k 5 of the checkpoint gives way to --beams 4: it is --top-k 0.\n');
    const both = recurrent('sample', at('characters.st'), '--beams', '4', '--top-k', '3');
    expect(both.status).toBe(2);
    expect(both.stderr).toMatch(/^recurrent: --beams searches and does not sample; .*\n$/);
  });
});

describe('recurrent train --resume', () => {
  it('lets what is typed win over what the checkpoint stores', () => {
    const typed = ['--engine', 'tfjs', '--max-steps', '7', '--length', '2'];
    const { status, stderr } = recurrent('train', at('fox.txt'), '--resume', at('words.st'), ...typed);
    expect(status, stderr).toBe(0);
    expect(stderr.split('\n')[0]).toBe('--threads 1 of the checkpoint gives way to --engine tfjs: it is --threads 0.');
    expect(stderr).toContain('tfjs engine.');
  });
});

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCheckpoint, writeCheckpoint } from '../../src/model/checkpoint';

const cli = resolve(__dirname, '../../dist/cli.js');
const folder = mkdtempSync(join(tmpdir(), 'recurrent-measuring-'));
const at = (name: string) => join(folder, name);

function recurrent(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

const events = (stdout: string): Record<string, unknown>[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

/** What no output may hold where a measurement stands. */
const nothing = /NaN|Infinity|null|undefined/;

const models = ['characters', 'words', 'subwords'] as const;

beforeAll(() => {
  writeFileSync(at('fox.txt'), 'The quick brown fox jumps over the lazy dog.\n'.repeat(40));
  const small = '--hidden 8 --batch 2 --steps 8 --max-steps 6 --threads 1 --length 5'.split(' ');
  for (const kind of models) {
    const options = kind === 'subwords' ? ['--vocabulary-size', '300'] : [];
    const command = ['train', at('fox.txt'), ...small, '--tokenizer', kind, ...options, '--checkpoint', at(kind)];
    const { status, stderr } = recurrent(...command);
    expect(status, stderr).toBe(0);
  }
  const letters = ['--normalize', 'letters', '--checkpoint', at('letters')];
  expect(recurrent('train', at('fox.txt'), ...small, ...letters).status).toBe(0);
  const wild = readCheckpoint(new Uint8Array(readFileSync(at('characters'))), 'x');
  wild.parameters.flat.forEach((_, i, all) => {
    all[i] = i % 2 ? 3e38 : -3e38;
  });
  writeFileSync(at('wild'), writeCheckpoint(wild));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('too little text', () => {
  const texts = { empty: '', 'white space': ' \n \n', 'one token': 'T', 'one word': 'fox' };
  const cases = models.flatMap((model) => Object.entries(texts).map(([name, text]) => [model, name, text] as const));

  it.each(cases)('of %s: %s is one sentence and exit code 2, or a number', (model, name, text) => {
    writeFileSync(at('little.txt'), text);
    for (const [command, ...json] of [['evaluate'], ['evaluate', '--json'], ['flow', '--json'], ['surprise']]) {
      const { status, stdout, stderr } = recurrent(command, at(model), at('little.txt'), ...json);
      expect(stdout + stderr, command).not.toMatch(nothing);
      // A surprise is of every token, the first one too; the others need a token before it.
      const enough = command === 'surprise' ? text !== '' : name === 'one word' && model !== 'words';
      if (status === 0) {
        expect(enough || (name === 'white space' && command !== 'evaluate')).toBe(true);
        expect(stdout).not.toBe('');
      } else {
        expect([status, stdout]).toEqual([2, '']);
        expect(stderr).toMatch(/^recurrent: [^\n]+[.]\n$/);
      }
    }
    const baseline = recurrent('baseline', at('little.txt'), '--tokenizer', model, '--min-frequency', '1');
    expect([baseline.status, baseline.stdout]).toEqual([2, '']);
  });

  it('is what normalisation leaves, too', () => {
    writeFileSync(at('digits.txt'), '12345 67890\n');
    writeFileSync(at('almost.txt'), 'x12345');
    for (const command of ['evaluate', 'flow', 'surprise']) {
      const { status, stdout, stderr } = recurrent(command, at('letters'), at('digits.txt'), '--json');
      expect(stdout + stderr).not.toMatch(nothing);
      if (command === 'surprise' && status === 0) expect(stdout).not.toBe('');
      else expect([status, stdout]).toEqual([2, '']);
      expect(recurrent(command, at('letters'), at('almost.txt')).stdout).not.toMatch(nothing);
    }
  });

  it('has no room for a batch larger than it', () => {
    writeFileSync(at('five.txt'), 'The q');
    expect(recurrent('evaluate', at('characters'), at('five.txt'), '--batch', '4').status).toBe(0);
    const { status, stdout, stderr } = recurrent(
      'evaluate',
      at('characters'),
      at('five.txt'),
      '--batch',
      '5',
      '--json',
    );
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toBe(
      'recurrent: --batch (5) is more than the tokens of five.txt that can be measured (4); lower it.\n',
    );
  });

  it('for validation is said, and is no number', () => {
    writeFileSync(at('ten.txt'), 'abcdefghij');
    const few = '--hidden 8 --batch 1 --steps 4 --max-steps 2 --threads 1 --length 2 --patience 1'.split(' ');
    const { status, stdout, stderr } = recurrent('train', at('ten.txt'), ...few, '--json');
    expect(status, stderr).toBe(0);
    expect(stdout).not.toMatch(/NaN|Infinity|null/);
    expect(events(stdout).some(({ event }) => event === 'evaluation')).toBe(false);
    const [prepared] = events(stdout);
    expect(prepared.diagnosis).toMatch(/^Validation is not measured: a single token/);
    expect(prepared.notes).toContain(
      'training.patience has no effect: there are no evaluations that could stop improving.',
    );
    expect(events(stdout).at(-1)).toMatchObject({ event: 'finished' });
    expect(events(stdout).at(-1)?.diagnosis).toMatch(/^Validation was not measured/);
  });
});

describe('numbers of the command line', () => {
  it('are finite where the measured stretch begins within a character', () => {
    for (const letter of ['é', '学', '😀']) {
      writeFileSync(at('letter.txt'), letter);
      const { stdout, stderr } = recurrent('evaluate', at('subwords'), at('letter.txt'), '--json');
      const [measured] = events(stdout);
      expect(measured, stderr).toBeDefined();
      expect(Number.isFinite(measured.bitsPerCharacter)).toBe(true);
      expect(recurrent('evaluate', at('subwords'), at('letter.txt')).stdout).not.toMatch(nothing);
    }
  });

  it('are none of weights that overflow', () => {
    for (const command of ['evaluate', 'surprise', 'flow']) {
      for (const json of [[], ['--json']]) {
        const { status, stdout, stderr } = recurrent(command, at('wild'), at('fox.txt'), ...json);
        expect(status, stderr).toBe(2);
        expect(stdout).not.toMatch(nothing);
        expect(stderr).toMatch(/^recurrent: The model gives no finite likelihood: [^\n]+\.\n$/);
      }
    }
  });

  it('stand beside the share of tokens that are unknown', () => {
    writeFileSync(at('mix.txt'), 'Привет the мир\n');
    const plain = recurrent('evaluate', at('characters'), at('mix.txt'));
    expect(plain.stdout).toMatch(/^unknown tokens {6}8 \(57%\)$/m);
    expect(plain.stderr).toMatch(/^8 of 14 tokens of mix\.txt \(57%\) are <unk>.*\.$/m);
    const [measured] = events(recurrent('evaluate', at('characters'), at('mix.txt'), '--json').stdout);
    expect(measured).toMatchObject({ tokens: 14, unknownTokens: 8, unknownShare: 8 / 14 });
    const known = recurrent('evaluate', at('characters'), at('fox.txt'));
    expect(known.stdout).toMatch(/^unknown tokens {6}0 \(0%\)$/m);
    expect(known.stderr).not.toContain('<unk>');

    const surprise = recurrent('surprise', at('characters'), at('mix.txt'), '--json');
    expect(events(surprise.stdout).filter(({ unknown }) => unknown)).toHaveLength(9);
    expect(surprise.stderr).toMatch(/^9 of 15 tokens of mix\.txt \(60%\) are <unk>/);

    writeFileSync(at('rare.txt'), Array.from({ length: 400 }, (_, i) => `word${i % 3 ? i : ''}`).join(' '));
    const options = ['--tokenizer', 'words', '--json'];
    const baseline = recurrent('baseline', at('rare.txt'), ...options);
    for (const row of events(baseline.stdout)) {
      expect(row.unknownShare).toBeGreaterThan(0.2);
      expect(row.unknownTokens).toBeGreaterThan(0);
    }
    expect(baseline.stderr).toMatch(/are <unk>/);
    const train = ['train', at('rare.txt'), ...options, '--hidden', '4', '--max-steps', '2', '--length', '2'];
    const told = events(recurrent(...train).stdout);
    expect(told[0].trainingUnknownShare).toBeGreaterThan(0.2);
    expect(told[0].validationUnknownShare).toBeGreaterThan(0.2);
    const evaluation = told.find(({ event }) => event === 'evaluation');
    expect(evaluation?.unknownShare).toBeGreaterThan(0.2);
    const words = recurrent(...train.filter((word) => word !== '--json')).stderr;
    expect(words).toMatch(/validation tokens \(\d+% and \d+% of them <unk>\)/);
    expect(words).toMatch(/bits per character, \d+% <unk>/);
  });
});

describe('the diagnosis on the command line', () => {
  it('ends in the past, once, and tells no rank on two tokens', () => {
    const few = '--hidden 8 --threads 1 --length 2 --batch 1 --steps 4 --max-steps 3'.split(' ');
    const { stderr } = recurrent('train', at('fox.txt'), ...few);
    expect(stderr.match(/^.*(Learnt|Not learnt|Too close to tell|Better than)[^.]*.*$/gm)).toHaveLength(1);
    expect(stderr).not.toMatch(/Learning:|Not learning/);
    writeFileSync(at('cyr.txt'), 'абвгдежзиклмнопрст');
    const short = recurrent('train', at('cyr.txt'), ...few, '--tokenizer', 'subwords');
    expect(short.stderr).toMatch(/validation tokens were too few to tell where the run ended/);
    expect(short.stderr).not.toMatch(/Better than|Learn/);
    expect(short.stderr).not.toMatch(nothing);
  });
});

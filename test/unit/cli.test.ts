import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const cli = resolve(__dirname, '../../dist/cli.js');
const folder = mkdtempSync(join(tmpdir(), 'recurrent-cli-'));
const at = (name: string) => join(folder, name);
const small = '--hidden 8 --batch 4 --steps 8 --max-steps 12 --lr 0.02 --length 10'.split(' ');

function recurrent(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

const events = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

beforeAll(() => {
  writeFileSync(at('fox.txt'), 'The quick brown fox jumps over the lazy dog. '.repeat(60));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('recurrent', () => {
  it('trains with one JSON object a line, the same for the same seed, and writes a checkpoint', () => {
    const command = ['train', at('fox.txt'), ...small, '--json', '--checkpoint', at('fox.safetensors')];
    const first = recurrent(...command);
    expect(first.status, first.stderr).toBe(0);
    const steps = events(first.stdout).filter(({ event }) => event === 'step');
    expect(steps).toHaveLength(12);
    expect(Object.keys(steps[0])).toEqual(
      expect.arrayContaining([
        'step',
        'epoch',
        'loss',
        'perplexity',
        'gradNorm',
        'clipped',
        'clipScale',
        'learningRate',
        'tokensPerSecond',
      ]),
    );
    const losses = (stdout: string) =>
      events(stdout)
        .filter(({ event }) => event === 'step')
        .map(({ loss }) => loss);
    expect(losses(recurrent(...command, '--force').stdout)).toEqual(losses(first.stdout));
    expect(existsSync(at('fox.safetensors'))).toBe(true);
  });

  it('evaluates a checkpoint, and what it printed while training agrees', () => {
    const trained = recurrent(
      'train',
      at('fox.txt'),
      ...small,
      '--json',
      '--checkpoint',
      at('eval.safetensors'),
      '--validation',
      '0.5',
    );
    const best = events(trained.stdout)
      .filter(({ event, best }) => event === 'evaluation' && best)
      .at(-1)!;
    const text = readFileSync(at('fox.txt'), 'utf8');
    writeFileSync(at('half.txt'), text.slice(Math.floor(text.length * 0.5)));
    const { stdout, status } = recurrent('evaluate', at('eval.safetensors'), at('half.txt'), '--batch', '4', '--json');
    expect(status).toBe(0);
    const [result] = events(stdout);
    expect(result.perplexity as number).toBeCloseTo(best.perplexity as number, 4);
    expect(result.nats as number).toBeCloseTo(Math.log(result.perplexity as number), 6);
    const plain = recurrent('evaluate', at('eval.safetensors'), at('half.txt'));
    expect(plain.stdout).toMatch(/^perplexity +\d+\.\d{4}\nnats per token/);
  });

  it('evaluates with either engine, however the checkpoint was trained', () => {
    recurrent('train', at('fox.txt'), ...small, '--threads', '1', '--checkpoint', at('threads.safetensors'));
    const measured = ['fused', 'tfjs'].map((engine) => {
      const args = ['evaluate', at('threads.safetensors'), at('fox.txt'), '--engine', engine, '--batch', '8', '--json'];
      const { status, stdout, stderr } = recurrent(...args);
      expect(status, stderr).toBe(0);
      return events(stdout)[0].nats as number;
    });
    expect(measured[1]).toBeCloseTo(measured[0], 4);
  });

  it('samples the same text for a seed, and the likeliest at temperature 0', () => {
    recurrent('train', at('fox.txt'), ...small, '--checkpoint', at('sample.safetensors'));
    const sample = (...args: string[]) =>
      recurrent('sample', at('sample.safetensors'), '--prompt', 'The ', '--length', '20', ...args).stdout;
    expect(sample('--seed', '3')).toBe(sample('--seed', '3'));
    expect(sample('--seed', '3', '--temperature', '2')).not.toBe(sample('--seed', '4', '--temperature', '2'));
    expect(sample('--seed', '3', '--temperature', '0')).toBe(sample('--seed', '4', '--temperature', '0'));
    expect(sample()).toMatch(/^The .{20}\n$/s);
  });

  it('decodes greedily, by beam search, and to the end of a sentence', () => {
    recurrent('train', at('fox.txt'), ...small, '--max-steps', '150', '--checkpoint', at('decode.safetensors'));
    const sample = (...args: string[]) => {
      const { stdout, stderr } = recurrent(
        'sample',
        at('decode.safetensors'),
        '--prompt',
        'The quick ',
        '--length',
        '30',
        '--json',
        ...args,
      );
      expect(stderr).toBe('');
      return events(stdout)[0] as { text: string; tokens: { text: string; bits: number }[] };
    };
    const total = ({ tokens }: { tokens: { bits: number }[] }) => tokens.reduce((sum, { bits }) => sum + bits, 0);
    const greedy = sample('--temperature', '0');
    const beam = sample('--beams', '8');
    expect(beam.text).toHaveLength(30);
    expect(total(beam)).toBeLessThanOrEqual(total(greedy) + 1e-3);
    expect(beam.tokens.map(({ text }) => text).join('')).toBe(beam.text);
    expect(sample('--temperature', '0', '--ending', 'sentence', '--length', '200').text).toMatch(/^[^.]*\.$/);
  });

  it('prints the surprise of every token, which sums to what evaluate measures', () => {
    recurrent('train', at('fox.txt'), ...small, '--checkpoint', at('surprise.safetensors'));
    writeFileSync(at('line.txt'), 'The quick brown fox.');
    const bits = events(recurrent('surprise', at('surprise.safetensors'), at('line.txt'), '--json').stdout);
    expect(bits.map(({ token }) => token).join('')).toBe('The quick brown fox.');
    const [measured] = events(recurrent('evaluate', at('surprise.safetensors'), at('line.txt'), '--json').stdout);
    const mean = bits.slice(1).reduce((sum, { bits }) => sum + (bits as number), 0) / (bits.length - 1);
    expect(mean).toBeCloseTo(measured.bitsPerToken as number, 4);
  });

  it('follows the gradient of a token back, with the exact powers of a linear RNN beside it', () => {
    const linear = '--cell rnn --activation identity --checkpoint'.split(' ');
    expect(recurrent('train', at('fox.txt'), ...small, ...linear, at('linear.safetensors')).status).toBe(0);
    const command = ['flow', at('linear.safetensors'), at('fox.txt'), '--at', '19', '--lags', '12'];
    const { status, stdout, stderr } = recurrent(...command, '--json');
    expect(status, stderr).toBe(0);
    const lags = events(stdout) as { lag: number; token: string; norms: number[]; exact: number }[];
    expect(lags.map(({ token }) => token).join('')).toBe([...'ick brown fo'].reverse().join(''));
    for (const { norms, exact } of lags) expect(exact / norms[0]).toBeCloseTo(1, 4);
    expect(stderr).toMatch(/^Followed back from "x", a surprise of .* bits, spectral radius of W_hh \d/);
    const lines = recurrent(...command)
      .stdout.trim()
      .split('\n');
    expect(lines).toHaveLength(12);
    expect(lines[0].split('\t').slice(0, 2)).toEqual(['0', '"o"']);
    expect(recurrent('flow', at('fox.safetensors'), at('fox.txt'), '--lags', '0').status).toBe(2);
  });

  it('prints the baselines of a text', () => {
    const rows = events(recurrent('baseline', at('fox.txt'), '--json').stdout);
    expect(rows.map(({ name }) => name)).toEqual([
      'uniform',
      'unigram',
      '2-gram',
      '3-gram',
      '4-gram',
      '5-gram',
      '6-gram',
    ]);
    expect(rows[0].perplexity).toBe(new Set('The quick brown fox jumps over the lazy dog. ').size + 1);
    expect(rows[4].perplexity as number).toBeLessThan(rows[1].perplexity as number);
  });

  it('refuses to go on with other tokens or another beginning, which could not be had', () => {
    const command = ['train', at('fox.txt'), '--resume', at('fox.safetensors'), '--max-steps', '20'];
    for (const [option, value] of [
      ['--vocabulary-size', '5000'],
      ['--forget-bias', '3'],
      ['--init', 'normal'],
    ]) {
      const { status, stderr } = recurrent(...command, option, value);
      expect(status, option).toBe(2);
      expect(stderr).toMatch(
        new RegExp(`^recurrent: The checkpoint was trained with ${option} .* cannot go on with ${value};`),
      );
    }
  });

  it('ends quietly when its reader has read enough', () => {
    const command = `'${process.execPath}' '${cli}' surprise '${at('fox.safetensors')}' '${at('fox.txt')}' | head -1`;
    const { stdout, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(stderr).not.toMatch(/EPIPE| at /);
  });

  it('says of a number what was typed, and of a baseline that a single token is not enough', () => {
    expect(recurrent('train', at('fox.txt'), '--lr', 'Infinity').stderr).toMatch(
      /^recurrent: --lr is Infinity, but must be/,
    );
    const { status, stdout, stderr } = recurrent('baseline', at('fox.txt'), '--validation', '0.0003');
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^recurrent: --validation \(0\.0003\) holds out \d token/);
  });

  it('goes on from a checkpoint', () => {
    recurrent('train', at('fox.txt'), ...small, '--validation', '0', '--checkpoint', at('resume.safetensors'));
    const more = recurrent('train', at('fox.txt'), '--resume', at('resume.safetensors'), '--max-steps', '15', '--json');
    expect(more.status, more.stderr).toBe(0);
    expect(
      events(more.stdout)
        .filter(({ event }) => event === 'step')
        .map(({ step }) => step),
    ).toEqual([13, 14, 15]);
  });

  it('keeps the last good model of a run that diverges, and prints the command that goes on from it', () => {
    const target = at('wild fox.safetensors');
    const wild = '--hidden 8 --batch 4 --steps 8 --optimizer sgd --lr 100 --clipping none --validation 0'.split(' ');
    const { status, stderr } = recurrent('train', at('fox.txt'), ...wild, '--max-steps', '600', '--checkpoint', target);
    expect(status, stderr).toBe(1);
    expect(stderr).toMatch(/^Diverged after step \d+: /m);
    const last = stderr.trimEnd().split('\n').at(-1)!;
    const found = /holds the last good model, of step (\d+)\. To go on from it: recurrent (train .*)$/.exec(last)!;
    expect(found, last).not.toBeNull();
    expect(found[2]).toMatch(/ --lr 10 --clipping norm$/);
    const words = [...found[2].matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain);
    const on = recurrent(...words, '--max-steps', String(Number(found[1]) + 2), '--lr', '0.1', '--json');
    expect(on.status, on.stderr).toBe(0);
    expect(events(on.stdout).filter(({ event }) => event === 'step')).toHaveLength(2);
  });

  it('says of a run without a validation text that it is not measured', () => {
    const { stderr } = recurrent('train', at('fox.txt'), ...small, '--validation', '0');
    expect(stderr).toMatch(/^Validation is not measured: nothing of the text is held out.*\.\n/m);
    expect(stderr).toMatch(/^Validation was not measured: nothing of the text was held out.*\.\n$/m);
  });

  it.each([
    [
      'an option out of range',
      ['train', at('fox.txt'), '--batch', '0'],
      /^recurrent: --batch is 0, but must be a whole number from 1 to 4096\.\n$/,
    ],
    [
      'an unknown option',
      ['train', at('fox.txt'), '--hiden', '5'],
      /^recurrent: unknown option '--hiden'; did you mean --hidden\?\n$/,
    ],
    ['a conflict', ['train', at('fox.txt'), '--tied'], /--tied needs --embedding/],
    ['no such file', ['train', at('none.txt')], /^recurrent: Cannot read .*none\.txt: it does not exist\.\n$/],
    ['a folder', ['train', folder], /it is a folder/],
    ['an empty file', ['train', at('empty.txt')], /^recurrent: empty\.txt is empty.*\.\n$/],
    ['one distinct character', ['train', at('aaaa.txt')], /one distinct character, "a"/],
    ['a binary file', ['train', at('binary.txt')], /binary\.txt is not text/],
    ['a corrupt checkpoint', ['sample', at('binary.txt')], /binary\.txt is not a usable checkpoint/],
    [
      'a checkpoint that cannot be written',
      ['train', at('fox.txt'), '--checkpoint', at('no/such/folder.st')],
      /Cannot write/,
    ],
  ])('refuses %s with one sentence and exit code 2', (_, args, message) => {
    writeFileSync(at('empty.txt'), '');
    writeFileSync(at('aaaa.txt'), 'a'.repeat(5000));
    writeFileSync(at('binary.txt'), Buffer.from([1, 2, 0, 3, 255, 254, 0, 9, 9, 9]));
    const before = readdirSync(folder);
    const { status, stdout, stderr } = recurrent(...args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(stdout).toBe('');
    expect(status).toBe(2);
    expect(readdirSync(folder)).toEqual(before);
  });

  it('shrinks the batch for a short file and says so', () => {
    writeFileSync(at('short.txt'), 'a short text, but not empty');
    const { status, stderr } = recurrent(
      'train',
      at('short.txt'),
      '--hidden',
      '8',
      '--max-steps',
      '2',
      '--length',
      '5',
    );
    expect(status).toBe(0);
    expect(stderr).toContain('shrunk');
  });
});

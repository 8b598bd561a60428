import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const cli = resolve(__dirname, '../../dist/cli.js');
const folder = mkdtempSync(join(tmpdir(), 'recurrent-reading-'));
const at = (name: string) => join(folder, name);
const small = '--tokenizer words --hidden 4 --batch 2 --steps 4 --max-steps 2 --threads 1 --length 2'.split(' ');

beforeAll(() => {
  // No spaces, and hardly a word twice: seconds for the segmenter.
  let state = 1;
  const text = Array.from({ length: 3_000_000 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return String.fromCharCode(0x4e00 + ((state >>> 8) % 20_000));
  });
  writeFileSync(at('large.txt'), text.join(''));
  writeFileSync(at('fox.txt'), 'The quick brown fox jumps over the lazy dog. '.repeat(60));
  spawnSync(process.execPath, [cli, 'train', at('fox.txt'), ...small, '--checkpoint', at('fox.safetensors')]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the command line and interrupts it once its output holds something, or after a time. */
function interrupted(args: readonly string[], wait: RegExp | number) {
  return new Promise<{ code: number | null; signal: string | null; stdout: string; stderr: string }>((done) => {
    const child = spawn(process.execPath, [cli, ...args]);
    let [stdout, stderr] = ['', ''];
    const look = () => typeof wait === 'object' && wait.test(stdout + stderr) && child.kill('SIGINT');
    child.stdout.on('data', (data) => {
      stdout += data;
      look();
    });
    child.stderr.on('data', (data) => {
      stderr += data;
      look();
    });
    if (typeof wait === 'number') setTimeout(() => child.kill('SIGINT'), wait);
    child.on('close', (code, signal) => done({ code, signal, stdout, stderr }));
  });
}

describe('while a large text is read', () => {
  it('training tells how far it is as JSON, and an interrupt ends it with nothing learnt', async () => {
    const args = ['train', at('large.txt'), ...small, '--json', '--checkpoint', at('none.safetensors')];
    const { stdout, code } = await interrupted(args, /"event":"reading"/);
    const events = stdout.trim().split('\n');
    expect(JSON.parse(events[0])).toMatchObject({ event: 'reading', what: 'vocabulary' });
    expect(JSON.parse(events[0]).share).toBeLessThan(1);
    expect(stdout).not.toContain('"event":"prepared"');
    expect(code).not.toBe(2);
    expect(existsSync(at('none.safetensors'))).toBe(false);
  });

  it('training tells people how far it is, and an interrupt ends it', async () => {
    const { stderr, stdout } = await interrupted(['train', at('large.txt'), ...small], /Reading large\.txt/);
    expect(stderr).toMatch(/^Reading large\.txt: (vocabulary|encoding) \d+ %\n/);
    expect(stderr).not.toContain('training and');
    expect(stdout).toBe('');
  });

  it.each([
    ['evaluate', [at('fox.safetensors'), at('large.txt')]],
    ['surprise', [at('fox.safetensors'), at('large.txt')]],
    ['baseline', [at('large.txt'), '--tokenizer', 'words']],
  ])('%s is ended by an interrupt at once', async (command, args) => {
    const { signal, stdout } = await interrupted([command, ...args], 700);
    expect(signal).toBe('SIGINT');
    expect(stdout).toBe('');
  });
});

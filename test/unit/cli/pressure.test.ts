import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { endless, events, fox, ownFolder, Running, recurrent, shell, stepIn, tiny } from './recurrent';

const { folder, at } = ownFolder('pressure');

beforeAll(() => {
  writeFileSync(at('fox.txt'), fox);
  expect(recurrent('train', at('fox.txt'), ...tiny, '--checkpoint', at('fox.st')).status).toBe(0);
  rmSync(at('fox.st.log'), { force: true });
});

describe('a folder that cannot be written to while a run trains', () => {
  /** A run that has saved something in a folder of its own and tries again at each of its evaluations. */
  async function saving(name: string): Promise<{ run: Running; home: string; target: string }> {
    const home = at(name);
    mkdirSync(home);
    const target = join(home, 'm.st');
    const options = [...endless, '--hidden', '16', '--batch', '8', '--lr', '0.01', '--evaluate-every', '20'];
    const run = new Running(['train', at('fox.txt'), ...options, '--checkpoint', target]);
    await run.until(() => existsSync(target), 'a first save');
    return { run, home, target };
  }

  it('is said once, and what can be written later is', async () => {
    const { run, home, target } = await saving('gone');
    renameSync(home, at('away'));
    await run.until(() => run.stderr.includes('Cannot write'), 'the trouble');
    const told = run.stderr.length;
    await run.until(() => (run.stderr.slice(told).match(/: validation perplexity/g)?.length ?? 0) > 3, 'more saves');
    expect(
      run.stderr.match(/Cannot write .*\.st: the folder .*gone does not exist\. The training goes on, .*\n/g),
    ).toHaveLength(1);
    mkdirSync(home);
    await run.until(() => run.stderr.includes('is written again'), 'a later save');
    expect(stepIn(target)).toBeGreaterThan(0);
    run.child.kill('SIGTERM');
    expect(await run.ended).toEqual({ code: 0, signal: null });
    expect(readdirSync(home).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  it('and at the end neither is one sentence and exit code 2', async () => {
    const { run, home } = await saving('lost');
    renameSync(home, at('elsewhere'));
    await run.until(() => run.stderr.includes('Cannot write'), 'the trouble');
    run.child.kill('SIGTERM');
    expect(await run.ended).toEqual({ code: 2, signal: null });
    expect(run.stderr.trimEnd().split('\n').at(-1)).toMatch(
      /^recurrent: Cannot write .*: the folder .*lost does not exist; what was learnt after step \d+ is lost\.$/,
    );
    expect(run.stderr).not.toMatch(/\n\s+at /);
  });

  it.runIf(existsSync('/proc'))('is one with a limit of the size of files', () => {
    const line = `ulimit -f 2; R train fox.txt --hidden 64 ${tiny.slice(2).join(' ')} --checkpoint limited.st`;
    const { status, stderr } = shell(line, folder);
    expect(status, stderr).toBe(2);
    expect(stderr).toMatch(/limited\.st: it would be larger than files may be here\. The training goes on/);
    expect(stderr).toMatch(/^recurrent: Cannot write .*may be here; nothing of this run was kept\.$/m);
    expect(existsSync(at('limited.st'))).toBe(false);
    expect(readdirSync(folder).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });
});

describe.runIf(existsSync('/proc'))('a limit of virtual memory', () => {
  it('is what is told of, and not the little memory that is needed', () => {
    const { status, stderr } = shell(`ulimit -v 8000000; R train fox.txt ${tiny.join(' ')}`, folder);
    expect(status, stderr).toBe(2);
    expect(stderr).toMatch(
      /^recurrent: The fused engine reserves 10 GiB .* may have 7\.6 GiB in all: raise .* \(ulimit -v\)\.\n$/,
    );
  });
});

describe('a file that another program writes where a run keeps its models', () => {
  it.each([
    ['of another kind', '# Notes\n'],
    ['that is a model', undefined],
  ])('is left as it is, and the run kept beside it: one %s', async (name, content) => {
    const target = at(`shared ${name}.st`);
    const other = at(`shared ${name}-2.st`);
    const run = new Running(['train', at('fox.txt'), ...endless, '--evaluate-every', '20', '--checkpoint', target]);
    await run.until(() => existsSync(target), 'a first save');
    rmSync(target);
    const bytes = content === undefined ? readFileSync(at('fox.st')) : Buffer.from(content);
    writeFileSync(target, bytes);
    await run.until(() => existsSync(other), 'a save beside it');
    run.child.kill('SIGINT');
    expect(await run.ended).toEqual({ code: 0, signal: null });
    expect(readFileSync(target)).toEqual(bytes);
    expect(
      run.stderr.match(/Another program has written to .* is left as it is, and the run is kept in .*-2\.st\./g),
    ).toHaveLength(1);
    const kept = /^Checkpoint: (.*) \((?:the best, )?step (\d+)\)$/m.exec(run.stderr)!;
    expect(kept[1]).toBe(other);
    expect(stepIn(other)).toBe(Number(kept[2]));
  });
});

describe.runIf(existsSync('/dev/full'))('an output that breaks', () => {
  it.each([
    ['both in a pipe that is closed early', 'R train fox.txt ARGS --checkpoint OUT 2>&1 | head -2; exit $PIPESTATUS'],
    [
      'stdout in a pipe that is closed early',
      'R train fox.txt ARGS --json --checkpoint OUT | head -1; exit $PIPESTATUS',
    ],
    ['stdout on a full disk', 'R train fox.txt ARGS --json --checkpoint OUT > /dev/full'],
    ['stderr on a full disk', 'R train fox.txt ARGS --json --checkpoint OUT 2> /dev/full'],
    ['both on a full disk', 'R train fox.txt ARGS --json --checkpoint OUT > /dev/full 2>&1'],
    ['both closed', 'R train fox.txt ARGS --json --checkpoint OUT >&- 2>&-'],
  ])('does not end a training that has a checkpoint: %s', (name, line) => {
    const out = `${name}.st`;
    const args = [...tiny.slice(0, 6), '--max-steps', '400', '--epochs', '100', '--threads', '1', '--length', '5'].join(
      ' ',
    );
    const { status, stderr } = shell(line.replace('ARGS', args).replace('OUT', `'${out}'`), folder);
    expect(status, stderr).toBe(0);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(stepIn(at(out))).toBeGreaterThan(0);
    if (name === 'stdout on a full disk') {
      expect(stderr.match(/^Cannot write to stdout: the disk is full\. The training goes on\.$/gm)).toHaveLength(1);
    }
  });

  it.each([
    ['R train fox.txt ARGS --json > /dev/full', 2, /^recurrent: Cannot write to stdout: the disk is full\.\n$/],
    ['R train fox.txt ARGS --json | head -1 > /dev/null; exit $PIPESTATUS', 0, /^$/],
    ['R train fox.txt ARGS 2>&1 | head -1 > /dev/null; exit $PIPESTATUS', 0, /^$/],
    ['R evaluate fox.st fox.txt > /dev/full', 2, /^recurrent: Cannot write to stdout: the disk is full\.\n$/],
    ['R evaluate fox.st fox.txt 2> /dev/full', 0, /^$/],
    ['R surprise fox.st fox.txt --json | head -1 > /dev/null; exit $PIPESTATUS', 0, /^$/],
  ])('ends what is of no use without it, in a sentence at most: %s', (line, code, message) => {
    const args = [...endless.slice(0, 6), '--threads', '1', '--max-steps', '2000', '--epochs', '100'].join(' ');
    const { status, stderr } = shell(line.replace('ARGS', args), folder);
    expect(status, stderr).toBe(code);
    if (!line.includes('2>&1')) expect(stderr).toMatch(message);
  });
});

describe('a reader that is slow', () => {
  /** Resident memory of a process, bytes. */
  const memoryOf = (id: number) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))![1]) * 1024;

  it.runIf(existsSync('/proc'))('is waited for: while it stands still, memory does not grow', async () => {
    const run = new Running(['train', at('fox.txt'), ...endless, '--json']);
    await run.until(() => run.stdout.length > 0, 'the beginning');
    run.child.stdout?.pause();
    await new Promise((done) => setTimeout(done, 1500));
    const before = memoryOf(run.child.pid!);
    const busy = () =>
      execFileSync('cat', [`/proc/${run.child.pid}/stat`], { encoding: 'utf8' })
        .split(' ')
        .slice(13, 15)
        .join();
    const time = busy();
    await new Promise((done) => setTimeout(done, 1500));
    expect(memoryOf(run.child.pid!) - before).toBeLessThan(8e6);
    expect(busy(), 'it rests meanwhile').toBe(time);
    const seen = run.stdout.length;
    run.child.stdout?.resume();
    await run.until(() => run.stdout.length > seen + 500_000, 'it goes on');
    run.child.kill('SIGINT');
    await run.ended;
    const steps = events(run.stdout).filter(({ event }) => event === 'step');
    expect(steps.map(({ step }) => step)).toEqual(steps.map((_, i) => i + 1));
    expect(events(run.stdout).at(-1)).toMatchObject({ event: 'finished', reason: 'stopped' });
  });

  it('gets every line of a text’s surprise', () => {
    writeFileSync(at('longer.txt'), fox.repeat(4));
    const { stdout } = shell('R surprise fox.st longer.txt --json | (sleep 1; cat)', folder);
    expect(
      events(stdout)
        .map(({ token }) => token)
        .join(''),
    ).toBe(fox.repeat(4));
  });
});

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Claim, isClaimed } from '../../../src/host/claims';
import { birthOf } from '../../../src/platform/processes';

let home: string;
let file: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'recurrent-claims-'));
  file = join(home, 'run/claim');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** A claim as another process would have made it. */
async function claimedBy(holder: object, secondsAgo = 0): Promise<void> {
  const claim = new Claim(file);
  await claim.take();
  await claim.release();
  writeFileSync(file, JSON.stringify({ host: hostname(), token: 'theirs', ...holder }));
  const then = Date.now() / 1000 - secondsAgo;
  utimesSync(file, then, then);
}

const parent = { pid: process.ppid, birth: birthOf(process.ppid) };
const dead = { pid: spawnSync(process.execPath, ['-e', '']).pid };

describe('A claim', () => {
  it('is had by one at a time, and by the next one when it is given back', async () => {
    const [one, other] = [new Claim(file), new Claim(file)];
    expect(await one.take()).toBe('taken');
    expect(await one.take()).toBe('kept');
    expect(await other.take()).toBe('elsewhere');
    await other.release();
    expect(await isClaimed(file)).toBe(true);
    await one.release();
    expect(await isClaimed(file)).toBe(false);
    expect(await other.take()).toBe('taken');
    await other.release();
    expect(readdirSync(join(home, 'run'))).toEqual([]);
  });

  it('goes to one of many that ask at once, also where a void one is there', async () => {
    for (let round = 0; round < 20; round++) {
      await claimedBy(round % 2 ? dead : parent, 0);
      if (round % 2 === 0) rmSync(file);
      const claims = Array.from({ length: 12 }, () => new Claim(file));
      const taken = await Promise.all(claims.map((claim) => claim.take()));
      expect(taken.filter((how) => how !== 'elsewhere')).toHaveLength(1);
      for (const claim of claims) await claim.release();
      expect(existsSync(file)).toBe(false);
    }
  });

  it.each<[string, object, number, boolean]>([
    ['of a process that lives', parent, 3600, birthOf(process.pid) !== undefined],
    ['of a process that lives, just touched', { pid: process.ppid }, 5, true],
    ['of a process that is gone', dead, 0, false],
    [
      'of a process that is gone, whose id another one has',
      { ...parent, birth: 'of before' },
      0,
      birthOf(process.pid) === undefined,
    ],
    ['of a process whose birth nobody knows, long untouched', { pid: process.ppid }, 3600, false],
    ['of a process whose birth nobody knows, touched in the future', { pid: process.ppid }, -3600, false],
    ['of this process’s id, from before it began', { pid: process.pid }, 0, false],
    ['of this process, by nobody that is there', { pid: process.pid, birth: birthOf(process.pid) }, 0, false],
    ['of another machine, just touched', { ...dead, host: 'elsewhere' }, 5, true],
    ['of another machine, long untouched', { ...parent, host: 'elsewhere' }, 3600, false],
    ['of no process', { pid: 0 }, 0, false],
    ['of all processes', { pid: -1 }, 0, false],
  ])('%s', async (_, holder, secondsAgo, held) => {
    await claimedBy(holder, secondsAgo);
    expect(await isClaimed(file)).toBe(held);
    const claim = new Claim(file);
    expect(await claim.take()).toBe(held ? 'elsewhere' : 'taken');
    await claim.release();
  });

  it.each(['', '{', 'null', '[]', '{"pid":"x"}', 'x'.repeat(100)])(
    'that is damaged (%j) holds for a while',
    async (text) => {
      await claimedBy(dead);
      writeFileSync(file, text);
      expect(await new Claim(file).take()).toBe('elsewhere');
      utimesSync(file, 1e9, 1e9);
      const claim = new Claim(file);
      expect(await claim.take()).toBe('taken');
      await claim.release();
    },
  );

  it('that somebody took over is had no more, and giving it back leaves theirs', async () => {
    const claim = new Claim(file);
    await claim.take();
    const theirs = JSON.stringify({ ...parent, host: hostname(), token: 'theirs' });
    writeFileSync(file, theirs);
    expect(await claim.take()).toBe('elsewhere');
    await claim.release();
    expect(readFileSync(file, 'utf8')).toBe(theirs);
  });

  it('of a process that is killed is void at once', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await claimedBy({ pid: child.pid, birth: birthOf(child.pid!) });
    const claim = new Claim(file);
    expect(await claim.take()).toBe('elsewhere');
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    expect(await claim.take()).toBe('taken');
    await claim.release();
  });
});

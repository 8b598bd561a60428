import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Claim, isClaimed } from '../../../src/host/claims';
import { birthOf } from '../../../src/platform/processes';

let home: string;
let folder: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'recurrent-claims-'));
  folder = join(home, 'run');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** A claim as another process would have made it. */
function claimedBy(holder: object, secondsAgo = 0): void {
  mkdirSync(folder, { recursive: true });
  const [number = 1] = readdirSync(folder).map((name) => Number(name.split('.')[1]));
  const file = join(folder, `claim.${number}`);
  writeFileSync(file, JSON.stringify({ host: hostname(), token: 'theirs', ...holder }));
  const then = Date.now() / 1000 - secondsAgo;
  utimesSync(file, then, then);
}

const claims = () => readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]);

const parent = { pid: process.ppid, birth: birthOf(process.ppid) };
const dead = { pid: spawnSync(process.execPath, ['-e', '']).pid };

describe('A claim', () => {
  it('is had by one at a time, and by the next one when it is given back', async () => {
    const [one, other] = [new Claim(folder), new Claim(folder)];
    expect(await one.take()).toBe('taken');
    expect(await one.take()).toBe('kept');
    expect(await other.take()).toBe('elsewhere');
    await other.release();
    expect(await isClaimed(folder)).toBe(true);
    await one.release();
    expect(await isClaimed(folder)).toBe(false);
    expect(await other.take()).toBe('taken');
    await other.release();
    expect(claims()).toEqual([['claim.2', expect.stringMatching(/^free/)]]);
  });

  it('goes to one of many that ask at once, also where a void one is there', async () => {
    for (let round = 0; round < 60; round++) {
      if (round % 3 === 0) rmSync(folder, { recursive: true, force: true });
      if (round % 3 === 1) claimedBy(dead);
      const many = Array.from({ length: 12 }, () => new Claim(folder));
      const taken = await Promise.all(many.map((claim) => claim.take()));
      expect(taken.filter((how) => how !== 'elsewhere')).toHaveLength(1);
      expect(claims()).toHaveLength(1);
      await Promise.all(many.map((claim) => claim.release()));
      expect(await isClaimed(folder)).toBe(false);
    }
  });

  it('is never had by two while many take it and give it back', async () => {
    let had = 0;
    let most = 0;
    const work = async () => {
      for (let round = 0; round < 25; round++) {
        const claim = new Claim(folder);
        if ((await claim.take()) === 'elsewhere') continue;
        most = Math.max(most, ++had);
        await new Promise((resolve) => setTimeout(resolve, 1));
        expect(await claim.take()).toBe('kept');
        had--;
        await claim.release();
      }
    };
    await Promise.all(Array.from({ length: 10 }, work));
    expect(most).toBe(1);
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
    claimedBy(holder, secondsAgo);
    expect(await isClaimed(folder)).toBe(held);
    const claim = new Claim(folder);
    expect(await claim.take()).toBe(held ? 'elsewhere' : 'taken');
    await claim.release();
  });

  it.each(['', '{', 'null', '[]', '{"pid":"x"}', 'x'.repeat(100)])(
    'that is damaged (%j) holds for a while',
    async (text) => {
      claimedBy(dead);
      const file = join(folder, 'claim.1');
      writeFileSync(file, text);
      expect(await new Claim(folder).take()).toBe('elsewhere');
      utimesSync(file, 1e9, 1e9);
      const claim = new Claim(folder);
      expect(await claim.take()).toBe('taken');
      await claim.release();
    },
  );

  it('that somebody took over is had no more, and giving it back leaves theirs', async () => {
    const claim = new Claim(folder);
    await claim.take();
    const theirs = JSON.stringify({ ...parent, host: hostname(), token: 'theirs' });
    writeFileSync(join(folder, 'claim.2'), theirs);
    expect(await claim.take()).toBe('elsewhere');
    await claim.release();
    expect(readFileSync(join(folder, 'claim.2'), 'utf8')).toBe(theirs);
  });

  it('of a process that is killed is void at once', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    claimedBy({ pid: child.pid, birth: birthOf(child.pid!) });
    const claim = new Claim(folder);
    expect(await claim.take()).toBe('elsewhere');
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    expect(await claim.take()).toBe('taken');
    await claim.release();
  });
});

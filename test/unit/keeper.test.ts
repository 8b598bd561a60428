import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { adviceAfterDivergence, Keeper } from '../../src/cli/keeper';
import type { CheckpointEvent } from '../../src/training/events';

let folder: string;
let target: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'recurrent-keeper-'));
  target = join(folder, 'a.safetensors');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A checkpoint whose one byte is its step. */
const checkpoint = (step: number, reason: CheckpointEvent['reason'], bestStep?: number): CheckpointEvent => ({
  event: 'checkpoint',
  step,
  reason,
  bestStep,
  bytes: Uint8Array.of(step),
});

const held = () => (existsSync(target) ? readFileSync(target)[0] : undefined);

describe('what a run leaves behind on the command line', () => {
  it('is the best on validation, whatever comes later', () => {
    const keeper = new Keeper(target);
    for (const event of [checkpoint(0, 'initial'), checkpoint(5, 'latest'), checkpoint(10, 'best', 10)])
      keeper.take(event);
    expect(held()).toBe(10);
    keeper.take(checkpoint(15, 'latest', 10));
    keeper.take(checkpoint(20, 'final', 10));
    expect(keeper.close(false)).toEqual({ step: 10, isResumed: false });
    expect(held()).toBe(10);
  });

  it('is the last good one where nothing was measured, on disk as soon as something was learnt', () => {
    const keeper = new Keeper(target);
    writeFileSync(target, Uint8Array.of(99));
    keeper.take(checkpoint(0, 'initial'));
    expect(held(), 'an untrained model replaces nothing yet').toBe(99);
    keeper.take(checkpoint(5, 'latest'));
    expect(held()).toBe(5);
    keeper.take(checkpoint(9, 'latest'));
    expect(keeper.close(false)).toEqual({ step: 9, isResumed: false });
    expect(held()).toBe(9);
  });

  it('is what it began with if nothing better came', () => {
    const keeper = new Keeper(target);
    keeper.take(checkpoint(0, 'initial'));
    expect(keeper.close(false)).toEqual({ step: 0, isResumed: false });
    expect(held()).toBe(0);
  });

  it.each([
    [true, undefined],
    [false, 7],
  ])('is the model that was resumed if nothing measured better; in its own file it stays: %s', (own, expected) => {
    const keeper = new Keeper(target);
    for (const event of [checkpoint(7, 'initial', 7), checkpoint(9, 'latest', 7), checkpoint(12, 'final', 7)])
      keeper.take(event);
    expect(keeper.close(own)).toEqual({ step: 7, isResumed: true });
    expect(held()).toBe(expected);
  });

  it('is known without a file, too', () => {
    const keeper = new Keeper(undefined);
    keeper.take(checkpoint(3, 'latest'));
    expect(keeper.close(false)).toEqual({ step: 3, isResumed: false });
  });
});

describe('the advice after a divergence', () => {
  it('is a command that goes on from what was kept, with a lower rate and clipping', () => {
    expect(adviceAfterDivergence(40, 'my book.txt', { lr: 2, clipping: 'none' }, 'out/a.safetensors')).toBe(
      "out/a.safetensors holds the last good model, of step 40. To go on from it: recurrent train 'my book.txt' --resume out/a.safetensors --checkpoint out/a.safetensors --lr 0.2 --clipping norm",
    );
    expect(adviceAfterDivergence(40, 'a.txt', { lr: 2, clipping: 'norm' }, "it's.st")).toContain(
      "--resume 'it'\\''s.st' --checkpoint 'it'\\''s.st' --lr 0.2",
    );
  });

  it('says what would have kept it', () => {
    expect(adviceAfterDivergence(40, 'a.txt', { lr: 2, clipping: 'norm' }, 'a.st', 'koi8-r')).toMatch(
      / --lr 0\.2 --encoding koi8-r$/,
    );
    expect(adviceAfterDivergence(40, 'a.txt', { lr: 2, clipping: 'norm' }, undefined)).toBe(
      'The last good model, of step 40, was not kept: name a file with --checkpoint, or begin again with --lr 0.2.',
    );
  });
});

import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeKept } from '../../../src/cli/advice';
import { Keeper, type Kept } from '../../../src/cli/keeper';
import type { Outputs } from '../../../src/cli/outputs';
import type { Resumed, StoredModel } from '../../../src/cli/resumed';
import { parseConfiguration, type TrainingConfiguration } from '../../../src/model/configuration';
import { ParameterTable } from '../../../src/model/parameters';
import { identityOf } from '../../../src/platform/files';
import { restoreTokenizer } from '../../../src/text/tokenizers';
import type { CheckpointEvent } from '../../../src/training/events';

let folder: string;
let best: string;
let latest: string;
let said: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'recurrent-keeper-'));
  [best, latest] = ['a.st', 'a.latest.st'].map((name) => join(folder, name));
  said = [];
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

/** The files as a run finds them now. */
const outputs = (isResumed = false): Outputs => ({
  best: { path: best, found: identityOf(best) },
  latest: { path: latest, found: identityOf(latest) },
  isResumed,
});

const keep = (resumed?: Resumed) => new Keeper(outputs(resumed !== undefined), resumed, (line) => said.push(line));

const heldIn = (path: string) => (existsSync(path) ? readFileSync(path)[0] : undefined);
const held = () => [heldIn(best), heldIn(latest)];

/** A stored model of a step; nothing else of it is looked at. */
function stored(path: string, step: number): StoredModel {
  const configuration = parseConfiguration({}, 'test');
  const tokenizer = restoreTokenizer({ kind: 'characters', vocabulary: ['<unk>', 'a'] }, 'test');
  const parameters = new ParameterTable({ ...configuration.model, hidden: 1, vocabulary: 2 });
  return { path, bytes: Uint8Array.of(step), step, checkpoint: { configuration, tokenizer, parameters } };
}

describe('what a run leaves behind on the command line', () => {
  it('is the best on validation, and the newest while that is another', () => {
    const keeper = keep();
    keeper.take(checkpoint(0, 'initial'));
    expect(held(), 'an untrained model waits').toEqual([undefined, undefined]);
    keeper.take(checkpoint(5, 'latest'));
    expect(held()).toEqual([5, undefined]);
    keeper.take(checkpoint(10, 'best', 10));
    expect(held()).toEqual([10, undefined]);
    keeper.take(checkpoint(15, 'latest', 10));
    expect(held()).toEqual([10, 15]);
    keeper.take(checkpoint(20, 'best', 20));
    expect(held(), 'the best is the newest').toEqual([20, undefined]);
    keeper.take(checkpoint(25, 'final', 20));
    expect(keeper.close()).toMatchObject({ step: 20, latest: 25, isResumed: false });
    expect(held()).toEqual([20, 25]);
  });

  it('is the newest where nothing was measured', () => {
    const keeper = keep();
    for (const event of [checkpoint(0, 'initial'), checkpoint(5, 'latest'), checkpoint(9, 'final')]) keeper.take(event);
    expect(keeper.close()).toMatchObject({ step: 9, latest: undefined });
    expect(held()).toEqual([9, undefined]);
  });

  it('is what it began with if nothing better came, and a model that stood there stays', () => {
    const keeper = keep();
    keeper.take(checkpoint(0, 'initial'));
    expect(keeper.close()).toMatchObject({ step: 0, isUntrained: true, isLeft: false });
    expect(held()).toEqual([0, undefined]);
    writeFileSync(best, Uint8Array.of(99));
    const again = keep();
    again.take(checkpoint(0, 'initial'));
    expect(again.close()).toMatchObject({ isUntrained: true, isLeft: true });
    expect(held()).toEqual([99, undefined]);
  });

  it('is of one run: the newest of the one before goes when the first is written', () => {
    writeFileSync(best, Uint8Array.of(98));
    writeFileSync(latest, Uint8Array.of(99));
    const keeper = keep();
    keeper.take(checkpoint(0, 'initial'));
    expect(held()).toEqual([98, 99]);
    keeper.take(checkpoint(5, 'latest'));
    expect(held()).toEqual([5, undefined]);
  });

  it('stays what was resumed as long as nothing measures better', () => {
    writeFileSync(best, Uint8Array.of(7));
    writeFileSync(latest, Uint8Array.of(12));
    const keeper = keep({ best: stored(best, 7), from: stored(latest, 12) });
    keeper.take(checkpoint(12, 'initial', 7));
    keeper.take(checkpoint(14, 'latest', 7));
    expect(held()).toEqual([7, 14]);
    expect(keeper.close()).toMatchObject({ step: 7, latest: 14, isResumed: true });
  });

  it('takes what was resumed along into files of its own', () => {
    const [from, other] = [join(folder, 'b.latest.st'), join(folder, 'b.st')];
    const keeper = keep({ best: stored(other, 7), from: stored(from, 12) });
    keeper.take(checkpoint(12, 'initial', 7));
    expect(held()).toEqual([undefined, undefined]);
    expect(keeper.close()).toMatchObject({ step: 7, latest: 12, isResumed: true });
    expect(held()).toEqual([7, 12]);
  });

  it('is the newest where the best of the run is not to be had', () => {
    const from = stored(join(folder, 'b.st'), 12);
    const keeper = keep({ best: from, from });
    keeper.take(checkpoint(12, 'initial', 7));
    keeper.take(checkpoint(14, 'latest', 7));
    expect(held()).toEqual([14, undefined]);
    keeper.take(checkpoint(16, 'latest', 7));
    expect(held()).toEqual([16, undefined]);
    keeper.take(checkpoint(18, 'best', 18));
    keeper.take(checkpoint(20, 'latest', 18));
    expect(held()).toEqual([18, 20]);
  });

  it('keeps its newest until the best that comes after it is written', () => {
    const keeper = keep();
    for (const event of [checkpoint(5, 'best', 5), checkpoint(7, 'latest', 5)]) keeper.take(event);
    renameSync(folder, `${folder}-away`);
    keeper.take(checkpoint(9, 'best', 9));
    renameSync(`${folder}-away`, folder);
    expect(held()).toEqual([5, 7]);
    expect(said).toEqual([expect.stringMatching(/^Cannot write .* The training goes on, and it is tried again/)]);
    keeper.take(checkpoint(11, 'latest', 9));
    expect(held()).toEqual([9, 11]);
    expect(said).toHaveLength(2);
    expect(said[1]).toMatch(/a\.st is written again, with step 11\.$/);
  });

  it('is the newest again where a person has removed the best', () => {
    const keeper = keep();
    for (const event of [checkpoint(5, 'best', 5), checkpoint(7, 'latest', 5)]) keeper.take(event);
    rmSync(best);
    keeper.take(checkpoint(9, 'latest', 5));
    expect(held()).toEqual([9, undefined]);
    rmSync(best);
    keeper.take(checkpoint(9, 'final', 5));
    expect(keeper.close()).toMatchObject({ step: 9, latest: undefined });
    expect(held()).toEqual([9, undefined]);
  });

  it.each(['a.st', 'a.latest.st'])('goes on elsewhere where another program has written %s', (name) => {
    const keeper = keep();
    for (const event of [checkpoint(5, 'best', 5), checkpoint(7, 'latest', 5)]) keeper.take(event);
    writeFileSync(join(folder, name), 'of another program');
    keeper.take(checkpoint(9, 'latest', 5));
    keeper.take(checkpoint(11, 'final', 5));
    expect(readFileSync(join(folder, name), 'utf8')).toBe('of another program');
    const moved = ['a-2.st', 'a-2.latest.st'].map((other) => heldIn(join(folder, other)));
    expect(moved).toEqual(name === 'a.st' ? [11, undefined] : [5, 11]);
    expect(keeper.close()?.files?.best).toBe(join(folder, 'a-2.st'));
    expect(said).toEqual([expect.stringMatching(/^Another program has written to .* is kept in .*a-2\.st\.$/)]);
  });

  it('is known without a file, too', () => {
    const keeper = new Keeper(undefined, undefined, () => {});
    for (const event of [checkpoint(3, 'best', 3), checkpoint(5, 'latest', 3)]) keeper.take(event);
    expect(keeper.close()).toMatchObject({ step: 3, latest: 5, files: undefined });
  });
});

describe('what is said at the end', () => {
  const files = { best: 'out/a.st', latest: 'out/a.latest.st' };
  const kept: Kept = { step: 40, files, isResumed: false, isUntrained: false, isLeft: false };
  const training = (change: Partial<TrainingConfiguration>): TrainingConfiguration => ({
    ...parseConfiguration({}, 'test').training,
    ...change,
  });

  it('is a command that goes on from what was kept, with a lower rate and clipping, after a divergence', () => {
    const said = describeKept(kept, 'my book.txt', 'diverged', training({ lr: 2, clipping: 'none' }));
    expect(said).toEqual([
      "out/a.st holds the last good model, of step 40. To go on from it: recurrent train 'my book.txt' --resume out/a.st --checkpoint out/a.st --lr 0.2 --clipping norm",
    ]);
    const odd = { ...kept, latest: 50, files: { best: "it's.st", latest: "it's.latest.st" } };
    expect(describeKept(odd, '-a.txt', 'diverged', training({ lr: 2 }))).toEqual([
      "it's.latest.st holds the last good model, of step 50. To go on from it: recurrent train ./-a.txt --resume 'it'\\''s.st' --checkpoint 'it'\\''s.st' --lr 0.2",
    ]);
  });

  it('is what would have kept it', () => {
    expect(describeKept({ ...kept, files: undefined }, 'a.txt', 'diverged', training({ lr: 2 }))).toEqual([
      'The last good model, of step 40, was not kept: name a file with --checkpoint, or begin again with --lr 0.2.',
    ]);
  });

  it.each([
    ['stopped', {}, ''],
    ['epochs', { epochs: 3 }, ' --epochs 6'],
    ['maxSteps', { maxSteps: 100 }, ' --max-steps 200'],
    ['earlyStopping', { patience: 2 }, ' --patience 4'],
  ] as const)('is how the run goes on that ended by %s', (ended, change, option) => {
    expect(describeKept({ ...kept, latest: 90 }, 'a.txt', ended, training(change))).toEqual([
      'Checkpoint: out/a.st (the best, step 40)',
      'Newest: out/a.latest.st (step 90)',
      `To go on: recurrent train a.txt --resume out/a.st --checkpoint out/a.st${option}`,
    ]);
  });
});

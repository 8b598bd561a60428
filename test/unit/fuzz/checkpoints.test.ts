import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { bases, fileOf, type Mutant, mutants } from './mutants';
import { close, faultOfMessage, goOn, type Outcome, open, use } from './opening';

// `npm run fuzz` sets these; by themselves they are a sample that is the same each time.
const runs = Number(process.env.RECURRENT_MUTANTS ?? 2000);
const seed = Number(process.env.RECURRENT_FUZZ_SEED ?? 1);

/** Longest time of the processor to open a file, milliseconds. */
const longest = 1000;
/** Bytes taken for each byte of the file, and those that reading any file takes, such as the table of a plane of characters. */
const most = { ratio: 8, fixed: 1 << 20 };
/** Of the models that work, one in so many goes on training. */
const trainedOneIn = 2;

const counts = new Map<string, number>();
const extremes = { milliseconds: 0, ratio: 0 };

const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);

/** Throws if a mutant is neither refused as it should be nor a model that works. */
async function check(mutant: Mutant): Promise<void> {
  const bytes = fileOf(mutant);
  const limit = most.ratio * bytes.length + most.fixed;
  let opened = open(bytes);
  // A machine that is busy, or a collection of garbage, may come in between once.
  if (opened.milliseconds > longest || opened.taken > limit) opened = open(bytes);
  const { outcome, checkpoint, message, milliseconds, taken } = opened;
  if (milliseconds > longest) throw new Error(`It took ${milliseconds} ms.`);
  if (taken > limit) throw new Error(`It took ${taken} bytes for ${bytes.length}.`);
  extremes.milliseconds = Math.max(extremes.milliseconds, milliseconds);
  extremes.ratio = Math.max(extremes.ratio, (taken - most.fixed) / bytes.length);
  const fault = message === undefined ? undefined : faultOfMessage(message);
  if (fault) throw new Error(`${fault}: ${message}`);
  let became: Outcome = outcome;
  if (checkpoint) {
    became = await use(checkpoint);
    if (became === 'works' && bytes.length % trainedOneIn === 0) {
      await goOn(bytes, checkpoint);
      count('goes on training');
    }
  }
  count(became);
  for (const { kind } of mutant.mutations) count(`${kind}: ${became}`);
}

afterAll(() => {
  close();
  if (process.env.RECURRENT_MUTANTS === undefined) return;
  console.table(Object.fromEntries([...counts].sort()));
  console.log(`Slowest: ${extremes.milliseconds.toFixed(1)} ms. Most bytes for a byte: ${extremes.ratio.toFixed(2)}.`);
});

describe('a checkpoint', () => {
  it('works as Recurrent writes it', async () => {
    for (let base = 0; base < bases.length; base++) {
      const { checkpoint } = open(bases[base]);
      expect(checkpoint).toBeDefined();
      expect(await use(checkpoint!)).toBe('works');
      await goOn(bases[base], checkpoint!);
    }
  });

  it(
    `that somebody changed is refused in a sentence or works, in ${runs} mutants`,
    async () => {
      await fc.assert(fc.asyncProperty(mutants, check), { numRuns: runs, seed });
      expect(counts.get('refused')).toBeGreaterThan(runs / 4);
      expect(counts.get('works')).toBeGreaterThan(runs / 100);
    },
    Math.max(60_000, runs * 50),
  );
});

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { columnNames, History } from '../../../src/host/history';
import { Run } from '../../../src/host/run';
import type { RunRecord } from '../../../src/host/run-record';
import { RunStore } from '../../../src/host/run-store';
import { describeRun } from '../../../src/host/run-text';
import { parseConfiguration } from '../../../src/model/configuration';
import { evaluation, mark, step } from './events';

/** How many damaged folders are tried; `npm test` takes a sample. */
const folders = Number(process.env.RECURRENT_FUZZ ?? 2000);
const seed = Number(process.env.RECURRENT_FUZZ_SEED ?? 20);

const names = ['run.json', 'events.jsonl', 'steps.f64'] as const;
type Name = (typeof names)[number];

/** What is put in the place of a value of JSON. */
const odd = fc.oneof(
  fc.constantFrom(
    null,
    true,
    '',
    'NaN',
    '../../etc/passwd',
    '__proto__',
    '\u2028',
    0,
    -1,
    0.5,
    1e300,
    -1e300,
    2 ** 53,
    [],
    {},
  ),
  fc.jsonValue({ maxDepth: 3 }),
);

/** A change of a file's bytes. Places and lengths are shares of its size. */
const byteChange = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), at: fc.double({ min: 0, max: 1, noNaN: true }), bit: fc.nat(7) }),
  fc.record({ kind: fc.constant('cut' as const), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({
    kind: fc.constantFrom('remove' as const, 'double' as const, 'zero' as const, 'ones' as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.nat(200),
  }),
  fc.record({
    kind: fc.constant('insert' as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    bytes: fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc
        .constantFrom('\n', '\r\n', '\0', '\u2028', '{"event":"star"}\n', 'null\n')
        .map((text) => new TextEncoder().encode(text)),
    ),
  }),
);
type ByteChange = typeof byteChange extends fc.Arbitrary<infer T> ? T : never;

/** A change of a value of JSON: in which line, where in it, and what stands there then. */
const valueChange = fc.record({ line: fc.nat(1000), at: fc.nat(1000), value: fc.option(odd, { nil: undefined }) });
type ValueChange = typeof valueChange extends fc.Arbitrary<infer T> ? T : never;

const damage = fc.record({
  name: fc.constantFrom(...names),
  values: fc.array(valueChange, { maxLength: 3 }),
  bytes: fc.array(byteChange, { maxLength: 3 }),
});

function changeBytes(file: Buffer, change: ByteChange): Buffer {
  const at = Math.floor(change.at * file.length);
  const copy = Buffer.from(file);
  switch (change.kind) {
    case 'flip':
      if (at < copy.length) copy[at] ^= 1 << change.bit;
      return copy;
    case 'cut':
      return copy.subarray(0, at);
    case 'insert':
      return Buffer.concat([copy.subarray(0, at), change.bytes, copy.subarray(at)]);
    case 'remove':
      return Buffer.concat([copy.subarray(0, at), copy.subarray(at + change.length)]);
    case 'double':
      return Buffer.concat([copy.subarray(0, at + change.length), copy.subarray(at)]);
    case 'zero':
      return copy.fill(0, at, Math.min(copy.length, at + change.length));
    case 'ones':
      return copy.fill(0xff, at, Math.min(copy.length, at + change.length));
    default:
      return change satisfies never;
  }
}

/** Puts another value, or none, at the n-th place of a value of JSON. */
function changeValue(root: unknown, { at, value }: ValueChange): unknown {
  const places: { holder: Record<string, unknown>; key: string }[] = [];
  const visit = (holder: object) => {
    for (const [key, part] of Object.entries(holder)) {
      places.push({ holder: holder as Record<string, unknown>, key });
      if (typeof part === 'object' && part !== null) visit(part);
    }
  };
  if (typeof root === 'object' && root !== null) visit(root);
  const place = places[at % Math.max(1, places.length)];
  if (!place) return value;
  if (value === undefined) delete place.holder[place.key];
  else place.holder[place.key] = value;
  return root;
}

function changeFile(name: Name, file: Buffer, changes: readonly ValueChange[]): Buffer {
  if (name === 'steps.f64') {
    const copy = Buffer.from(file);
    for (const { at, value } of changes) copy.writeDoubleLE(Number(value), 8 * (at % (copy.length / 8)));
    return copy;
  }
  const lines = name === 'run.json' ? [file.toString()] : file.toString().trimEnd().split('\n');
  for (const change of changes) {
    const line = change.line % lines.length;
    lines[line] = JSON.stringify(changeValue(JSON.parse(lines[line]), change)) ?? '';
  }
  return Buffer.from(`${lines.join('\n')}\n`);
}

describe('A folder of runs of which one is damaged', () => {
  const home = mkdtempSync(join(tmpdir(), 'recurrent-fuzz-'));
  const victim = join(home, 'b-victim');
  const originals = new Map<Name, Buffer>();
  const others = ['a-before', 'c-after'];
  const undamaged = new Map<string, RunRecord>();

  function record(id: string): RunRecord {
    const configuration = parseConfiguration({ model: { hidden: 17 } }, 'Test');
    const prepared = {
      event: 'prepared',
      vocabulary: 28,
      trainingTokens: 900,
      validationTokens: 100,
      charactersPerToken: 1,
      parameters: 1000,
      stepsPerEpoch: 10,
      totalSteps: 100,
      batch: 4,
      steps: 8,
      engine: 'fused',
      threads: 1,
      notes: ['A note.'],
      baselines: [{ name: 'uniform', perplexity: 28 }],
    } as const;
    const latest = history(30).latest(100);
    const fixed = {
      version: 1,
      name: 'GRU',
      source: 'a.txt',
      uri: 'file:///a.txt',
      copied: false,
      message: '',
    } as const;
    return { ...fixed, id, started: 1, configuration, state: 'stopped', prepared, latest, checkpoints: { best: 20 } };
  }

  function history(steps: number): History {
    const filled = new History();
    for (let i = 1; i <= steps; i++) {
      filled.append(step(i, { loss: 3 / i }));
      if (i % 10 !== 0) continue;
      filled.append(evaluation(i, 3 / i));
      filled.append({ event: 'continuation', step: i, prompt: 'the', text: ' whale\n' });
      filled.append({ event: 'flow', step: i, norms: [[1, 0.5]], linear: { exact: [1, 0.5], spectralRadius: 0.5 } });
      filled.append(mark(i));
    }
    return filled;
  }

  beforeAll(async () => {
    const store = new RunStore(home, (...problem) => expect.fail(problem.join(' ')));
    for (const id of ['b-victim', ...others]) {
      const folder = store.folder(id);
      await folder.saveHistory(history(30));
      await folder.saveRecord(record(id));
      undamaged.set(id, record(id));
    }
    for (const name of names) originals.set(name, readFileSync(join(victim, name)));
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  /** What was read is what a chart, a list and a training can take. */
  function checkHistory(read: History): void {
    const { columns } = read.stretch().stretch;
    const { step: steps } = columns;
    expect(steps.every((number, i) => Number.isSafeInteger(number) && number > (i > 0 ? steps[i - 1] : 0))).toBe(true);
    for (const name of columnNames) {
      if (name !== 'tokensPerSecond') expect(columns[name].every(Number.isFinite), name).toBe(true);
    }
    const at = read.kept.map((event) => event.step);
    expect(at.every((number, i) => Number.isSafeInteger(number) && number >= (i > 0 ? at[i - 1] : 0))).toBe(true);
    for (const { nats, epoch, perplexity, bitsPerCharacter } of read.evaluations) {
      expect([nats, epoch].every(Number.isFinite)).toBe(true);
      expect([perplexity, bitsPerCharacter].some(Number.isNaN)).toBe(false);
    }
    for (const { norms } of read.flows) expect(norms.flat().some(Number.isNaN)).toBe(false);
  }

  it('gives the others as they are, of that one what makes sense, and can be written to', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 3 }), fc.boolean(), async (damages, missing) => {
        rmSync(victim, { recursive: true, force: true });
        mkdirSync(victim);
        for (const name of names) {
          let file = originals.get(name) ?? Buffer.of();
          const own = damages.filter((each) => each.name === name);
          for (const { values } of own) file = changeFile(name, file, values);
          for (const { bytes } of own) file = bytes.reduce(changeBytes, file);
          if (!missing || own.length === 0 || name === damages[0].name) writeFileSync(join(victim, name), file);
        }
        const problems: unknown[][] = [];
        const store = new RunStore(home, (...problem) => problems.push(problem));
        const runs = await store.list();
        expect(problems.length).toBeLessThanOrEqual(1);
        const ids = runs.map((run) => run.record.id).sort();
        expect(ids.filter((id) => id !== 'b-victim')).toEqual(others);
        const isThere = ids.length > others.length || problems.length > 0;
        expect(isThere).toBe(existsSync(join(victim, 'run.json')));
        for (const { record: each, elsewhere, known } of runs) {
          if (others.includes(each.id)) {
            expect(each).toEqual(undamaged.get(each.id));
            continue;
          }
          const run = new Run(each, store.folder(each.id, known), true, elsewhere);
          expect(describeRun(run).short).not.toMatch(/NaN|undefined|null/);
          expect(structuredClone(run.summary)).toBeTruthy();
        }
        const read = new History();
        const folder = store.folder('b-victim');
        await folder.readHistory(read);
        checkHistory(read);
        read.append(step(read.lastStep + 1));
        read.append(mark(Math.max(read.lastStep, read.kept.at(-1)?.step ?? 0)));
        expect(await folder.saveHistory(read)).toBe(true);
        const again = new History();
        await store.folder('b-victim').readHistory(again);
        expect(again.stretch()).toEqual(read.stretch());
        expect(again.kept).toEqual(read.kept);
      }),
      { numRuns: folders, seed },
    );
  }, 1_200_000);
});

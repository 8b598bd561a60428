import { describe, expect, it } from 'vitest';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from '../../../src/model/checkpoint';
import { type NamedTensor, writeTensors } from '../../../src/model/safetensors';
import { UserError } from '../../../src/text/user-error';
import { processorTime } from './processor-time';
import { smallFile, smallModel } from './small-models';

type Model = ReturnType<typeof smallModel>;

/** A checkpoint's parts, as the metadata and tensors of a file that can be changed. */
function partsOf({ configuration, tokenizer, parameters, resume }: Model) {
  const { progress, ...state } = resume;
  const tensors: NamedTensor[] = [
    ...parameters.entries.map(({ name, shape }) => ({ name, shape, values: parameters.get(name) })),
    ...Object.entries(state)
      .filter(([, values]) => values.length > 0)
      .map(([name, values]) => ({ name: `resume.${name}`, shape: [values.length], values })),
  ];
  const metadata: Record<string, string> = {
    format: 'recurrent-1',
    configuration: JSON.stringify(configuration),
    tokenizer: JSON.stringify(tokenizer.serialise()),
    progress: JSON.stringify(progress),
  };
  return { metadata, tensors };
}

/** Reads a small model after a change to its file, which is told what is wrong in one sentence. */
function refusal(change: (parts: ReturnType<typeof partsOf>) => void, model = smallModel({ cell: 'lstm' })): string {
  const parts = partsOf(model);
  change(parts);
  try {
    readCheckpoint(writeTensors(parts), 'x.st');
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  return 'none';
}

const plain = ({ configuration, tokenizer, parameters, resume }: Checkpoint) => ({
  configuration,
  tokenizer: tokenizer.serialise(),
  parameters: parameters.flat,
  resume,
});

describe('readCheckpoint', () => {
  it.each(['rnn', 'gru', 'lstm'])('reads what was written of a %s', (cell) => {
    for (const tokenizer of ['characters', 'words', 'subwords'] as const) {
      const model = smallModel({ cell, layers: 2, embedding: 3, tied: true, reset: 'after' }, tokenizer);
      const bytes = writeCheckpoint(model);
      expect(plain(readCheckpoint(bytes, 'x'))).toEqual(plain(model));
      expect(writeCheckpoint(readCheckpoint(bytes, 'x'))).toEqual(bytes);
      expect(writeTensors(partsOf(model))).toEqual(bytes);
    }
  });

  it('reads files of older versions, which have fewer parts of the progress, and models without any', () => {
    const model = smallModel();
    const parts = partsOf(model);
    const { step, epoch, windows, random, seconds, epochNats, epochTokens, evaluationsSinceBest } =
      model.resume.progress;
    const old = { step, epoch, windows, random, seconds, epochNats, epochTokens, evaluationsSinceBest };
    const tensors = parts.tensors.filter(({ name }) => name !== 'resume.hidden');
    const metadata = { ...parts.metadata, progress: JSON.stringify(old) };
    expect(readCheckpoint(writeTensors({ metadata, tensors }), 'x').resume?.progress).toEqual(old);
    const { progress: _, ...without } = metadata;
    const weights = tensors.filter(({ name }) => !name.startsWith('resume.'));
    expect(readCheckpoint(writeTensors({ metadata: without, tensors: weights }), 'x').resume).toBeUndefined();
    // Options that were not there yet take their defaults.
    const { text: _text, ...fewer } = JSON.parse(parts.metadata.configuration);
    const configuration = JSON.stringify({ ...fewer, text: { tokenizer: 'characters' } });
    const read = readCheckpoint(writeTensors({ metadata: { ...metadata, configuration }, tensors }), 'x');
    expect(read.configuration.text.normalize).toBe('none');
  });

  it.each<[string, RegExp, (parts: ReturnType<typeof partsOf>) => void]>([
    ['another program', /Recurrent did not write it/, ({ metadata }) => delete metadata.format],
    [
      'a later format',
      /its format is "recurrent-9", not recurrent-1/,
      ({ metadata }) => (metadata.format = 'recurrent-9'),
    ],
    ['no configuration', /its configuration is not JSON/, ({ metadata }) => delete metadata.configuration],
    ['no tokenizer', /its tokenizer is not JSON/, ({ metadata }) => delete metadata.tokenizer],
    ['a missing parameter', /lacks the parameter l0\.b\./, ({ tensors }) => tensors.splice(2, 1)],
    ['no b_q', /lacks the parameter b_q/, ({ tensors }) => tensors.splice(4, 1)],
    [
      'a parameter in another shape',
      /W_h has shape \(36\) where the model has \(3, 12\)/,
      ({ tensors }) => (tensors[1] = { ...tensors[1], shape: [36] }),
    ],
    [
      'one tensor more',
      /its model has no tensor "x"/,
      ({ tensors }) => tensors.push({ name: 'x', shape: [1], values: new Float32Array(1) }),
    ],
    [
      'an empty tensor more',
      /no tensor "constructor"/,
      ({ tensors }) => tensors.push({ name: 'constructor', shape: [0], values: new Float32Array(0) }),
    ],
    ['a state and no progress', /no tensor "resume\.first"/, ({ metadata }) => delete metadata.progress],
    [
      'weights that are no numbers',
      /parameter b_q has values that are not finite/,
      ({ tensors }) => tensors[4].values.fill(Number.NaN),
    ],
    [
      'another count of tokens',
      /its tokenizer has \d+ tokens where its model has/,
      ({ metadata }) => (metadata.tokenizer = metadata.tokenizer.replace(',"🦊"', '')),
    ],
    [
      'another kind of tokens',
      /its tokenizer is of words, not of characters/,
      ({ metadata }) => (metadata.tokenizer = metadata.tokenizer.replace('characters', 'words')),
    ],
    [
      'a name twice',
      /its configuration has the same name twice/,
      ({ metadata }) => (metadata.configuration = metadata.configuration.replace('{', '{"text":{},')),
    ],
  ])('refuses %s', (_, message, change) => {
    expect(refusal(change)).toMatch(message);
    expect(refusal(change)).toMatch(/^x\.st is not a usable checkpoint: .+\. Choose another file or train again\.$/);
  });

  it.each<[keyof Model['resume'] & string, number, boolean]>([
    ['first', Number.NaN, false],
    ['first', Number.NEGATIVE_INFINITY, false],
    ['first', 3e38, false],
    ['first', -0.5, true],
    ['second', Number.NaN, false],
    ['second', Number.POSITIVE_INFINITY, false],
    ['second', 3e38, false],
    ['second', -1e-12, false],
    ['second', 0, true],
    ['hidden', Number.NaN, false],
    ['hidden', Number.POSITIVE_INFINITY, false],
    ['hidden', 3e38, false],
    ['hidden', 1.5, false],
    ['hidden', -1, true],
    ['cell', Number.NaN, false],
    ['cell', 3e38, false],
    ['cell', -2000, true],
  ])('of resume.%s, takes %d: %s', (part, value, taken) => {
    const said = refusal(({ tensors }) => {
      tensors.find(({ name }) => name === `resume.${part}`)!.values[1] = value;
    });
    expect(said).toMatch(taken ? /^none$/ : new RegExp(`resume\\.${part} .*values that are no (moments|state)`));
  });

  it('takes a large state of a cell whose activation bounds nothing', () => {
    const large = (activation: string) =>
      refusal(({ tensors }) => tensors.at(-1)!.values.fill(1e6), smallModel({ cell: 'rnn', activation }));
    expect(large('identity')).toBe('none');
    expect(large('relu')).toBe('none');
    expect(large('tanh')).toMatch(/no state of its model/);
  });

  it('says one thing of a list that is wrong throughout', () => {
    const progress = { ...smallModel().resume.progress, sinceCut: Array.from({ length: 4000 }, () => []) };
    const before = process.memoryUsage().heapUsed;
    expect(refusal(({ metadata }) => (metadata.progress = JSON.stringify(progress)))).toMatch(/damaged at sinceCut/);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(2_000_000);
  });

  it('refuses a state of another size', () => {
    const short = ({ tensors }: ReturnType<typeof partsOf>) => {
      tensors[5] = { name: 'resume.first', shape: [1], values: new Float32Array(1) };
    };
    expect(refusal(short)).toMatch(/resume\.first has 1 values instead of \d+/);
    expect(refusal(({ tensors }) => tensors.pop())).toMatch(/resume\.cell has 0 values instead of 6/);
  });

  it.each<[object, RegExp]>([
    [{ step: -1 }, /damaged at step/],
    [{ step: 0.5 }, /damaged at step/],
    [{ step: 1e300 }, /damaged at step/],
    [{ step: 2 ** 52 }, /step is 4503599627370496/],
    [{ seconds: -1 }, /seconds is -1/],
    [{ seconds: null }, /damaged at seconds/],
    [{ epoch: 8 }, /epoch \(8\) is more than step \(7\)/],
    [{ windows: 8 }, /windows \(8\) is more than step/],
    [{ updates: 8 }, /updates \(8\) is more than step/],
    [{ bestStep: 8 }, /bestStep \(8\) is more than step/],
    [{ bestStep: undefined }, /bestNats \(2\.5\) is no loss of bestStep \(none\)/],
    [{ bestNats: undefined }, /bestNats \(none\) is no loss of bestStep \(5\)/],
    [{ bestNats: -3 }, /bestNats \(-3\) is no loss/],
    [{ evaluationsSinceBest: -1 }, /evaluationsSinceBest is -1/],
    [{ epochNats: -5 }, /epochNats \(-5\) is no sum/],
    [{ epochTokens: -5 }, /epochTokens is -5/],
    [{ epochTokens: 0 }, /epochNats \(40\.5\) is no sum over epochTokens \(0\)/],
    [{ epochTokens: 1.5 }, /no sum over epochTokens/],
    [{ random: [0, 0, 0, 0] }, /random/],
    [{ random: [1, 2, 3] }, /random/],
    [{ random: [1, 2, 3, 0.5] }, /damaged at random/],
    [{ random: [1, 2, 3, 2 ** 32] }, /random/],
    [{ random: [1, 2, 3, -4] }, /random/],
    [{ sinceCut: [1] }, /sinceCut/],
    [{ sinceCut: [1, -1] }, /sinceCut/],
    [{ batch: 3 }, /resume\.hidden has 6 values instead of 9|sinceCut/],
    [{ batch: 0 }, /damaged at batch/],
    [{ place: 'x'.repeat(1000) }, /name is too long/],
    [{ place: 5 }, /damaged at place/],
  ])('refuses a progress with %j', (change, message) => {
    const progress = { ...smallModel().resume.progress, ...change };
    expect(refusal(({ metadata }) => (metadata.progress = JSON.stringify(progress)))).toMatch(message);
  });

  it.each(['null', '[]', '5', '{}', '{"__proto__":{"step":1}}', `${'['.repeat(9)}${']'.repeat(9)}`])(
    'refuses %s for a progress',
    (progress) => {
      expect(refusal(({ metadata }) => (metadata.progress = progress))).toMatch(/its progress is/);
    },
  );

  it('tells of an option that is a list of any depth, in one sentence', () => {
    const nested = (depth: number) =>
      refusal(({ metadata }) => {
        metadata.configuration = `{"model":{"hidden":${'['.repeat(depth)}${']'.repeat(depth)}}}`;
      });
    expect(nested(1)).toBe('x.st: recurrent.model.hidden is a list, but must be a whole number from 1 to 4096.');
    expect(nested(5000)).toMatch(/its configuration is nested too deeply/);
    expect(nested(1_000_000)).toMatch(/its configuration is nested too deeply/);
  });
});

describe('room for a file that claims to be large', () => {
  /** Bytes of typed arrays that are made meanwhile, at most: those freed in between do not count. */
  function roomFor(read: () => void): number {
    const before = process.memoryUsage().arrayBuffers;
    const original = globalThis.Float32Array;
    let floats = 0;
    globalThis.Float32Array = new Proxy(original, {
      construct(target, args, newTarget) {
        if (typeof args[0] === 'number') floats += 4 * args[0];
        return Reflect.construct(target, args, newTarget);
      },
    });
    try {
      read();
    } finally {
      globalThis.Float32Array = original;
    }
    return Math.max(floats, process.memoryUsage().arrayBuffers - before);
  }

  it('is not made: sizes are compared with the file first', () => {
    const model = { cell: 'lstm', hidden: 4096, layers: 8 };
    const claims = [
      ({ metadata }: ReturnType<typeof partsOf>) => {
        const configuration = JSON.parse(metadata.configuration);
        metadata.configuration = JSON.stringify({ ...configuration, model: { ...configuration.model, ...model } });
      },
      ({ metadata }: ReturnType<typeof partsOf>) => {
        const vocabulary = ['<unk>', ...Array.from({ length: 1_000_000 }, (_, i) => `w${i}`)];
        metadata.tokenizer = JSON.stringify({ kind: 'words', vocabulary });
      },
      ({ metadata }: ReturnType<typeof partsOf>) => {
        metadata.progress = metadata.progress.replace('"batch":2', '"batch":4000000000');
      },
    ];
    for (const claim of claims) {
      const parts = partsOf(smallModel());
      claim(parts);
      const bytes = writeTensors(parts);
      const room = roomFor(() => expect(() => readCheckpoint(bytes, 'x')).toThrow(UserError));
      expect(room).toBeLessThan(8 * bytes.length);
    }
  });

  it('is as much as the file for a model that is read', () => {
    const bytes = smallFile({ hidden: 40 });
    expect(roomFor(() => readCheckpoint(bytes, 'x'))).toBeLessThan(2 * bytes.length + 300_000);
  });
});

describe('merges', () => {
  const doubling = (count: number) => [[97, 97], ...Array.from({ length: count - 1 }, (_, i) => [256 + i, 256 + i])];
  const withMerges = (merges: readonly (readonly number[])[]) => {
    const parts = partsOf(smallModel({ hidden: 1 }, 'subwords'));
    parts.metadata.tokenizer = JSON.stringify({ kind: 'subwords', merges });
    const V = 256 + merges.length;
    const sized = (name: string, shape: number[]) => {
      const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
      const at = parts.tensors.findIndex((tensor) => tensor.name === name);
      parts.tensors[at] = { name, shape, values };
    };
    sized('l0.W_x', [V, 3]);
    sized('W_hq', [1, V]);
    sized('b_q', [V]);
    delete parts.metadata.progress;
    parts.tensors = parts.tensors.filter(({ name }) => !name.startsWith('resume.'));
    return writeTensors(parts);
  };
  const read = (merges: readonly (readonly number[])[]) => () => readCheckpoint(withMerges(merges), 'x');

  it('make tokens of at most 193 bytes, the longest piece that they are learnt from', () => {
    expect(read(doubling(7))().tokenizer.vocabulary.at(-1)).toBe('a'.repeat(128));
    expect(read([...doubling(7), [262, 261], [263, 97]])().tokenizer.vocabulary.at(-1)).toBe('a'.repeat(193));
    expect(read([...doubling(7), [262, 261], [263, 256]])).toThrow('a token has more than 193 bytes');
    expect(read(doubling(17))).toThrow('a token has more than 193 bytes');
    expect(read(doubling(5000))).toThrow('a token has more than 193 bytes');
  });

  it('are as many as a vocabulary may have, each once', () => {
    const pairs = Array.from({ length: 60_000 }, (_, i) => [i % 256, Math.floor(i / 256)]);
    expect(read(pairs)).toThrow('it has more than 20000 tokens');
    expect(read(pairs.slice(0, 19_744))().tokenizer.vocabulary).toHaveLength(20_000);
    expect(read(pairs.slice(0, 19_745))).toThrow('it has more than 20000 tokens');
    expect(
      read([
        [1, 2],
        [3, 4],
        [1, 2],
      ]),
    ).toThrow('a merge occurs twice');
  });

  it('of the longest tokens take a bounded room and time', () => {
    // 140 tokens of 96 or 97 bytes each, none of them whole characters, and all pairs of these.
    const long = Array.from({ length: 140 }, (_, i) => [128 + (i % 64), 128 + Math.floor(i / 64)]);
    const merges: number[][] = [...long];
    let ends = long.map((_, i) => 256 + i);
    for (let doubled = 0; doubled < 5; doubled++) {
      const next = ends.map((end) => merges.push([end, end]) + 255);
      ends = next;
    }
    for (const a of ends) for (const b of ends) if (a !== b && merges.length < 19_744) merges.push([a, b]);
    const elapsed = processorTime();
    expect(read(merges)().tokenizer.vocabulary).toHaveLength(20_000);
    expect(elapsed()).toBeLessThan(1000);
  });
});

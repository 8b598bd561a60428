import fc from 'fast-check';
import { smallFile } from '../model/small-models';
import { changeTree, parseTree, printTree, type TreeChange } from './json-tree';

/** A letter that no message has by itself, so that what a message shows of a file can be counted. */
export const foreign = 'Ж';

/** Checkpoints of every cell with every tokenizer, as Recurrent writes them. */
export const bases: readonly Uint8Array[] = [
  { cell: 'rnn' },
  { cell: 'rnn', activation: 'identity', layers: 2 },
  { cell: 'gru' },
  { cell: 'gru', reset: 'after', embedding: 2 },
  { cell: 'lstm', layers: 2, embedding: 3, tied: true },
].flatMap((model) => (['characters', 'words', 'subwords'] as const).map((tokenizer) => smallFile(model, tokenizer)));

/** One thing that is done to a file. Places are parts of a whole from 0 to 1. */
export type Mutation =
  | { readonly kind: 'flip'; readonly at: number; readonly bits: number; readonly near: 'header' | 'data' | 'anywhere' }
  | { readonly kind: 'truncate'; readonly at: number }
  | { readonly kind: 'append'; readonly bytes: Uint8Array }
  | { readonly kind: 'cut'; readonly at: number; readonly length: number }
  | { readonly kind: 'repeat'; readonly at: number; readonly length: number }
  | { readonly kind: 'splice'; readonly at: number; readonly other: number }
  | { readonly kind: 'headerLength'; readonly value: bigint }
  | { readonly kind: 'floats'; readonly at: number; readonly count: number; readonly value: number }
  | { readonly kind: 'tree'; readonly of: Part; readonly changes: readonly TreeChange[] };

type Part = 'header' | 'configuration' | 'tokenizer' | 'progress';

/** What is done to which of the bases. */
export interface Mutant {
  readonly base: number;
  readonly mutations: readonly Mutation[];
}

/** The file of a mutant. What makes no sense after an earlier mutation is left out. */
export function fileOf({ base, mutations }: Mutant): Uint8Array {
  return mutations.reduce<Uint8Array>((bytes, mutation) => mutate(bytes, mutation), bases[base].slice());
}

function mutate(bytes: Uint8Array, mutation: Mutation): Uint8Array {
  const place = (part: number, of = bytes.length) => Math.min(Math.floor(part * of), Math.max(0, of - 1));
  if (bytes.length < 16) return bytes;
  switch (mutation.kind) {
    case 'flip': {
      const from = mutation.near === 'data' ? (headerOf(bytes)?.end ?? 0) : 0;
      const to = mutation.near === 'header' ? Math.min(200, bytes.length) : bytes.length;
      bytes[from + place(mutation.at, to - from)] ^= mutation.bits;
      return bytes;
    }
    case 'truncate':
      return bytes.subarray(0, place(mutation.at));
    case 'append':
      return join(bytes, mutation.bytes);
    case 'cut':
      return join(bytes.subarray(0, place(mutation.at)), bytes.subarray(place(mutation.at) + mutation.length));
    case 'repeat': {
      const end = place(mutation.at) + mutation.length;
      return join(bytes.subarray(0, end), bytes.subarray(place(mutation.at)));
    }
    case 'splice': {
      const other = bases[mutation.other];
      return join(bytes.subarray(0, place(mutation.at)), other.subarray(place(mutation.at, other.length)));
    }
    case 'headerLength':
      new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(0, BigInt.asUintN(64, mutation.value), true);
      return bytes;
    case 'floats': {
      const header = headerOf(bytes);
      const count = header ? Math.floor((bytes.length - header.end) / 4) : 0;
      if (!header || count === 0) return bytes;
      const view = new DataView(bytes.buffer, bytes.byteOffset + header.end);
      const first = place(mutation.at, count);
      for (let i = first; i < Math.min(count, first + mutation.count); i++)
        view.setFloat32(4 * i, mutation.value, true);
      return bytes;
    }
    case 'tree':
      return changeHeader(bytes, mutation.of, mutation.changes);
  }
}

function headerOf(bytes: Uint8Array): { text: string; end: number } | undefined {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > bytes.length - 8) return undefined;
  const end = 8 + Number(length);
  return { text: new TextDecoder().decode(bytes.subarray(8, end)), end };
}

function changeHeader(bytes: Uint8Array, of: Part, changes: readonly TreeChange[]): Uint8Array {
  const header = headerOf(bytes);
  if (!header) return bytes;
  try {
    const text = of === 'header' ? changed(header.text, changes) : changedPart(header.text, of, changes);
    const json = new TextEncoder().encode(text);
    const length = new Uint8Array(8);
    new DataView(length.buffer).setBigUint64(0, BigInt(json.length), true);
    return join(length, json, bytes.subarray(header.end));
  } catch (error) {
    // An earlier mutation left no JSON, or one too deep for a tree.
    if (error instanceof SyntaxError || error instanceof RangeError) return bytes;
    throw error;
  }
}

/** A JSON text after changes. */
export function changed(text: string, changes: readonly TreeChange[]): string {
  const tree = parseTree(text);
  for (const change of changes) changeTree(tree, change);
  return printTree(tree);
}

/** The header with a change within one of the texts of its metadata. */
function changedPart(text: string, of: string, changes: readonly TreeChange[]): string {
  const tree = parseTree(text);
  const metadata = tree.kind === 'object' ? tree.entries.find(([name]) => name === '__metadata__')?.[1] : undefined;
  const part = metadata?.kind === 'object' ? metadata.entries.find(([name]) => name === of)?.[1] : undefined;
  if (part?.kind !== 'raw') return text;
  const inner: unknown = JSON.parse(part.text);
  if (typeof inner !== 'string') return text;
  part.text = JSON.stringify(changed(inner, changes));
  return printTree(tree);
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Numbers at the edges of what is checked. */
const edges = [-1, 0, 1, 2, 3, 7, 0.5, 255, 256, 272, 4096, 4097, 20_000, 1e6, 2 ** 31, 2 ** 32, 2 ** 53, 1e15, 1e308];

const names = fc.constantFrom(
  ...[
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '__metadata__',
    '',
    'b_q',
    'l0.b',
    'W_hq',
    'resume.first',
  ],
  ...[
    'resume.cell',
    'kind',
    'vocabulary',
    'merges',
    'step',
    'batch',
    'random',
    'model',
    'hidden',
    'shape',
    'data_offsets',
  ],
);

/** Texts that a message must not show whole or as they are: a mark, and a letter many times. */
const marks = fc.constantFrom('', '\u001b[2J', '\n', '\r', '\u202e', '\ud800', '\u2028', '"', '\\');

const text = (value: string) => ({ core: JSON.stringify(value) });

/** Values as JSON writes them, and what it has no values for. */
const values: fc.Arbitrary<TreeChange['value']> = fc.oneof(
  fc.constantFrom(...edges).map((value) => ({ core: String(value) })),
  fc
    .constantFrom('-0', '1e999', '-1e999', '5e-324', '9007199254740993', 'NaN', '', '01', 'null', 'true', '[]', '{}')
    .map((core) => ({ core })),
  fc.integer().map((value) => ({ core: String(value) })),
  fc.double({ noNaN: true }).map((value) => ({ core: String(value) })),
  fc
    .tuple(marks, fc.nat({ max: 3000 }))
    .map(([mark, times]) => ({ core: JSON.stringify(mark).slice(0, -1), times, after: foreign, end: '"' })),
  names.map(text),
  fc
    .constantFrom('a', '🦊', '<unk>', 'rnn', 'gru', 'lstm', 'tanh', 'relu', 'words', 'F32', 'F16', 'fused', 'tfjs')
    .map(text),
  fc.constantFrom(1, 2, 9, 5000).map((times) => ({ core: '', times, before: '[', after: ']' })),
  fc.constantFrom(1, 9, 5000).map((times) => ({ core: '1', times, before: '{"__proto__":', after: '}' })),
  fc
    .tuple(fc.constantFrom('[]', '0', '[97,97]', '"x"', '{}'), fc.constantFrom(0, 3, 1000, 60_000))
    .map(([item, times]) => ({ core: `[${item}`, times, after: `,${item}`, end: ']' })),
  fc.nat({ max: 40 }).map((count) => ({
    core: JSON.stringify([[97, 97], ...Array.from({ length: count }, (_, i) => [256 + i, 256 + i])]),
  })),
);

/** Changes of a JSON text. */
export const changes: fc.Arbitrary<TreeChange> = fc.record({
  path: fc.array(fc.nat({ max: 400 }), { minLength: 1, maxLength: 5 }),
  how: fc.constantFrom('set', 'set', 'set', 'remove', 'repeat', 'rename', 'move', 'add'),
  value: values,
  name: fc.oneof(
    names,
    fc.tuple(marks, fc.nat({ max: 3000 })).map(([mark, times]) => mark + foreign.repeat(times)),
  ),
});

const part = fc.double({ min: 0, max: 1, noNaN: true });

const floats = fc.constantFrom(
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3e38, -3e38, 1e30, -1e20, 1e10, -1, 0, 1e-45],
);

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('flip'),
      at: part,
      bits: fc.integer({ min: 1, max: 255 }),
      near: fc.constantFrom('header', 'data', 'data', 'anywhere'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('truncate'), at: part }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('append'), bytes: fc.uint8Array({ minLength: 1, maxLength: 64 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut'), at: part, length: fc.integer({ min: 1, max: 400 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('repeat'), at: part, length: fc.integer({ min: 1, max: 400 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('splice'), at: part, other: fc.nat({ max: bases.length - 1 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('headerLength'),
      value: fc.oneof(fc.bigInt({ min: 0n, max: 10_000n }), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('floats'),
      at: part,
      count: fc.constantFrom(1, 1, 1, 40),
      value: floats,
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('tree'),
      of: fc.constantFrom('header', 'configuration', 'tokenizer', 'progress'),
      changes: fc.array(changes, { minLength: 1, maxLength: 2 }),
    }),
  },
);

/** Files that were checkpoints until one thing or two were done to them. */
export const mutants: fc.Arbitrary<Mutant> = fc.record({
  base: fc.nat({ max: bases.length - 1 }),
  mutations: fc.array(mutation, { minLength: 1, maxLength: 2 }),
});

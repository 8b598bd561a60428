import { gates as gatesOf } from '../../model/configuration';
import { awaitShard, CLOSED, openShard, word } from './control';
import { inputOf } from './forward';
import { packedHeight, type Shard, type Summed, type WindowLayout } from './layout';
import type { Thread } from './thread';

// T steps, B batch, V vocabulary, H hidden, G gates, I input size of a layer.

/** Panels of a piece: as many as are packed side by side. Narrower pieces would read the left side again too often. */
const PIECE = 4;

/** What a weight matrix was multiplied with: A (T·rows, m) of each shard, and where it is packed. */
interface Left {
  readonly a: (shard: Shard) => number;
  readonly m: number;
  /** Address of Aᵀ, packed, of the first shard; 0 if it is taken as it lies. */
  readonly packed: number;
}

/** The gradient of one weight matrix, (m, n) = Aᵀ · B, k running over the rows of the window. */
interface Product {
  readonly left: Left;
  /** Address of B in the first shard; the shards' rows lie together. */
  readonly b: number; // (T·B, n)
  readonly ldb: number;
  readonly n: number;
  /** The gradient's address. */
  readonly c: number;
  readonly ldc: number;
  /** Where each shard puts its own sum; without it all shards' rows are added up one after the other. */
  readonly sum?: Summed;
}

/** Some columns of a product. */
interface Piece {
  readonly product: Product;
  readonly first: number;
  readonly last: number;
}

/** What there is to do for a window of one size, made once. */
interface Plan {
  readonly lefts: readonly Left[];
  /** Of each shard. */
  readonly own: readonly Piece[];
  /** Of all shards together. */
  readonly whole: readonly Piece[];
}

const plans = new WeakMap<WindowLayout, Plan>();

function planOf(thread: Thread): Plan {
  const { window, model } = thread;
  const known = plans.get(window);
  if (known) return known;
  const layers = model.layers.flatMap((_, k) => layerProducts(thread, k));
  const output = outputProducts(thread);
  const lefts = [...new Set([...layers, ...output].map(({ left }) => left))]; // a GRU's products share theirs
  const plan = { lefts, own: pieces(thread, layers), whole: pieces(thread, output) };
  plans.set(window, plan);
  return plan;
}

/**
 * The gradients of the recurrent, dense input and output weights. A thread that has taken its shard through the window begins
 * with the shard's own sums, and goes on with those of the others: whoever is late, because a core had other things to do, is
 * helped. Which thread computes a piece changes nothing in its result. On return all shards are through, and the pieces are taken.
 */
export function productGradients(thread: Thread): void {
  const { window, words, index } = thread;
  const { lefts, own, whole } = planOf(thread);
  packLeftSides(thread, lefts);
  openShard(words, index);
  for (let i = 0; i < window.shards.length; i++) {
    const from = (index + i) % window.shards.length;
    awaitShard(words, from);
    if (window.shards[from].rows > 0) takePieces(thread, word.shard + from, own, [window.shards[from]]);
  }
  takePieces(thread, word.taken, whole, window.shards);
}

/** Closes what the last window left open; the other threads see it after the next barrier. */
export function closeShard({ words, index }: Thread): void {
  words[word.shard + index] = CLOSED;
  if (index === 0) words[word.taken] = 0;
}

/** Adds the sums of all shards to the gradient, this thread's part of the flat vector, floats `first` to `last`. */
export function addSums({ model, window, kernels }: Thread, first: number, last: number): void {
  const extra = window.shards.filter(({ rows }) => rows > 0).length - 1;
  for (const { sumWh, sumWx } of model.layers) {
    for (const sum of sumWx ? [sumWh, sumWx] : [sumWh]) {
      const begin = (sum.gradient - model.gradients) / 4;
      const from = Math.max(first, begin);
      const n = Math.min(last, begin + sum.size) - from;
      if (n <= 0) continue;
      const to = model.gradients + from * 4;
      for (let i = 0; i < extra; i++) kernels.addTo(sum.parts[i] + (from - begin) * 4, n, to);
    }
  }
}

/** Packs what this thread's shard multiplied the weights with, if that pays. */
function packLeftSides({ shard, window, kernels }: Thread, lefts: readonly Left[]): void {
  if (shard.rows === 0) return;
  for (const { a, m, packed } of lefts) {
    if (packed) kernels.packLeft(a(shard), m, shard.rows * window.steps, m, packed + packedOffset(m, shard, window));
  }
}

/** Byte of a packed left side at which a shard's part begins. */
function packedOffset(m: number, { first }: Shard, { steps }: WindowLayout): number {
  return first * steps * packedHeight(m) * 4;
}

/** What layer k, or with `layers` the output layer, takes in of a shard in this pass, with or without dropout. */
function inputNow(thread: Thread, k: number, shard: Shard): number {
  return inputOf(thread, k, thread.words[word.dropout] !== 0, shard);
}

/** The products of layer k's weights; a GRU's candidate has other inputs or other gradients than its gates. */
function layerProducts(thread: Thread, k: number): Product[] {
  const { model, window } = thread;
  const { hidden: H, cell, reset } = model.shape;
  const GH = gatesOf[cell] * H;
  const { input, sumWh, sumWx } = model.layers[k];
  const { packed, gates, steps } = window;
  const h: Left = { a: ({ first }) => window.hidden[k] + first * (steps + 1) * H * 4, m: H, packed: packed.hidden[k] };
  const whole = { left: h, b: gates[k], ldb: GH, n: GH, c: sumWh.gradient, ldc: GH, sum: sumWh };
  const products: Product[] = [];
  if (cell === 'gru') {
    const candidate = { ...whole, n: H, c: sumWh.gradient + 8 * H };
    const rh: Left = { a: ({ first }) => window.reset[k] + first * steps * H * 4, m: H, packed: packed.reset[k] };
    products.push({ ...whole, n: 2 * H });
    if (reset === 'before') products.push({ ...candidate, left: rh, b: gates[k] + 8 * H });
    else products.push({ ...candidate, b: window.reset[k], ldb: H });
  } else {
    products.push(whole);
  }
  if (sumWx) {
    const x: Left = { a: (shard) => inputNow(thread, k, shard), m: input, packed: packed.input[k] };
    products.push({ ...whole, left: x, c: sumWx.gradient, sum: sumWx });
  }
  return products;
}

/** The product of the output layer's weights, unless they are tied. */
function outputProducts(thread: Thread): Product[] {
  const { model, window } = thread;
  const { hidden: H, vocabulary: V, layers: L, tied } = model.shape;
  if (tied) return [];
  const top: Left = { a: (shard) => inputNow(thread, L, shard), m: H, packed: window.packed.top };
  return [{ left: top, b: window.logits, ldb: V, n: V, c: model.Whq + model.toGradient, ldc: V }];
}

/** Cuts products to pieces, small enough that all threads end at about the same time. */
function pieces({ kernels }: Thread, products: readonly Product[]): Piece[] {
  const width = PIECE * kernels.panelColumns();
  return products.flatMap((product) =>
    Array.from({ length: Math.ceil(product.n / width) }, (_, i) => {
      return { product, first: i * width, last: Math.min(product.n, (i + 1) * width) };
    }),
  );
}

/** Computes pieces, over the rows of some shards, until the threads together have taken all of them. */
function takePieces(thread: Thread, counter: number, pieces: readonly Piece[], shards: readonly Shard[]): void {
  const { words, window, kernels, scratch } = thread;
  for (;;) {
    const taken = Atomics.add(words, counter, 1);
    if (taken >= pieces.length) return;
    const { product, first, last } = pieces[taken];
    const { left, b, ldb, c, ldc, sum } = product;
    const { a, m, packed } = left;
    let adding = 0;
    for (const shard of shards) {
      if (shard.rows === 0) continue;
      const [address, lda] = packed ? [packed + packedOffset(m, shard, window), 0] : [a(shard), m];
      const rows = b + (shard.first * window.steps * ldb + first) * 4;
      const to = (sum ? c + place(window, sum, shard) : c) + first * 4;
      const k = shard.rows * window.steps;
      kernels.outer(address, lda, m, rows, ldb, k, last - first, to, ldc, adding, scratch);
      adding = 1;
    }
  }
}

/** Bytes from a gradient to where a shard sums it up: the first that has rows in place, the others each in a part. */
function place({ shards }: WindowLayout, { gradient, parts }: Summed, shard: Shard): number {
  const before = shards.filter(({ rows, first }) => rows > 0 && first < shard.first).length;
  return before === 0 ? 0 : parts[before - 1] - gradient;
}

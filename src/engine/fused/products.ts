import { gates as gatesOf } from '../../model/configuration';
import { word } from './control';
import { inputOf } from './forward';
import { LINE } from './kernels';
import type { Shard } from './layout';
import type { Thread } from './thread';

// T steps, B batch, V vocabulary, E embedding, H hidden, G gates, I input size of a layer.

/** What packing A costs, in panels of its product. */
const PACKING = 1;

/** The gradient of one weight matrix, (m, n) = Aᵀ · B, k running over the rows of all shards. */
interface Product {
  /** Address of A's rows in a shard. */
  readonly a: (shard: Shard) => number; // (T·rows, m)
  readonly lda: number;
  readonly m: number;
  /** Address of B in the first shard; the shards' rows lie together. */
  readonly b: number; // (T·B, n)
  readonly ldb: number;
  readonly n: number;
  /** The gradient's address. */
  readonly c: number;
  readonly ldc: number;
}

/** All weight and bias gradients, from the whole batch; the threads share the columns. */
export function weightGradients(thread: Thread): void {
  const { model, window } = thread;
  const { embedding: E, hidden: H, vocabulary: V, layers: L, cell } = model.shape;
  const GH = gatesOf[cell] * H;
  const products: Product[] = [];
  const dropping = thread.words[word.dropout] !== 0;
  for (let k = 0; k < L; k++) {
    const layer = model.layers[k];
    const gates = window.gates[k]; // (T, B, G·H)
    products.push(...recurrentProducts(thread, k));
    if (layer.input) {
      const a = (shard: Shard) => inputOf(thread, k, dropping, shard);
      const c = layer.Wx + model.toGradient; // (I, G·H)
      products.push({ a, lda: layer.input, m: layer.input, b: gates, ldb: GH, n: GH, c, ldc: GH });
      sums(thread, gates, GH, GH, layer.b);
    } else {
      // Each row of the window was added to one row of the table, so the table's rows have the same sum, and are fewer.
      const table = layer.Wx + model.toGradient; // (V, G·H)
      scatter(thread, gates, GH, table);
      if (V < window.steps * window.batch) sums(thread, table, GH, GH, layer.b, V);
      else sums(thread, gates, GH, GH, layer.b);
    }
    if (layer.bhn) sums(thread, window.reset[k], H, H, layer.bhn);
  }
  if (E > 0) scatter(thread, window.up, E, model.embedding + model.toGradient, Math.max(H, E));
  const top = (shard: Shard) => inputOf(thread, L, dropping, shard); // (T·rows, H)
  const c = model.Whq + model.toGradient;
  if (model.shape.tied) {
    for (const shard of window.shards) tiedProduct(thread, shard, top(shard), c);
  } else {
    products.push({ a: top, lda: H, m: H, b: window.logits, ldb: V, n: V, c, ldc: V });
  }
  sums(thread, window.logits, V, V, model.bq);
  share(thread, products);
}

/** The products of layer k's recurrent weights; a GRU's candidate has other inputs or other gradients than its gates. */
function recurrentProducts({ model, window }: Thread, k: number): Product[] {
  const { hidden: H, cell, reset } = model.shape;
  const GH = gatesOf[cell] * H;
  const c = model.layers[k].Wh + model.toGradient; // (H, G·H)
  const b = window.gates[k]; // (T, B, G·H)
  const a = (shard: Shard) => window.hidden[k] + shard.first * (window.steps + 1) * H * 4; // (T·rows, H)
  const common = { a, lda: H, m: H, ldc: GH };
  if (cell !== 'gru') return [{ ...common, b, ldb: GH, n: GH, c }];
  const gates = { ...common, b, ldb: GH, n: 2 * H, c };
  if (reset === 'after') return [gates, { ...common, b: window.reset[k], ldb: H, n: H, c: c + 8 * H }];
  const rh = (shard: Shard) => window.reset[k] + shard.first * window.steps * H * 4; // (T·rows, H)
  return [gates, { ...common, a: rh, b: b + 8 * H, ldb: GH, n: H, c: c + 8 * H }];
}

/** Deals the panels of all products to the threads by their cost, and computes this thread's. */
function share(thread: Thread, products: readonly Product[]): void {
  const { model, index, window, kernels, scratch } = thread;
  const columns = kernels.panelColumns();
  const panels = products.map(({ n }) => Math.ceil(n / columns));
  const total = products.reduce((sum, { m }, i) => sum + m * (panels[i] + PACKING), 0);
  let before = 0;
  products.forEach(({ a, lda, m, b, ldb, n, c, ldc }, i) => {
    const edge = (thread: number) => {
      const panel = Math.round(((total * thread) / model.threads - before) / m - PACKING);
      return columns * Math.max(0, Math.min(panels[i], panel));
    };
    const first = Math.min(n, edge(index));
    const last = Math.min(n, edge(index + 1));
    before += m * (panels[i] + PACKING);
    if (first >= last) return;
    let adding = 0;
    for (const shard of window.shards) {
      if (shard.rows === 0) continue;
      const rows = b + (shard.first * window.steps * ldb + first) * 4;
      const k = shard.rows * window.steps;
      kernels.outer(a(shard), lda, m, rows, ldb, k, last - first, c + first * 4, ldc, adding, scratch);
      adding = 1;
    }
  });
}

/** The columns of a gradient that this thread alone writes, outside the products that are shared. */
function ownColumns(thread: Thread, width: number): [first: number, last: number] {
  return thread.part(width, LINE);
}

/**
 * Adds the output layer's part to the tied matrix's gradient: dE (V, H) += dlogitsᵀ · top, this thread's columns: those that it
 * scattered to just before, as no thread waits for another between the two.
 */
function tiedProduct(thread: Thread, { first: row, rows }: Shard, top: number, c: number): void {
  const { hidden: H, vocabulary: V } = thread.model.shape;
  const [first, last] = ownColumns(thread, H);
  if (first >= last || rows === 0) return;
  const { kernels, window, scratch } = thread;
  const dlogits = window.logits + row * window.steps * V * 4; // (T·rows, V)
  kernels.outer(dlogits, V, V, top + first * 4, H, rows * window.steps, last - first, c + first * 4, H, 1, scratch);
}

/**
 * The gradient of rows that were gathered: table (V, width) = Σ of the source's rows at their ids, this thread's columns.
 * @param stride floats of the source that one row of the batch takes, if more than the width
 */
function scatter(thread: Thread, source: number, width: number, table: number, stride = width): void {
  const { kernels, window, model } = thread;
  const [first, last] = ownColumns(thread, width);
  if (first >= last) return;
  kernels.clearRows(table + first * 4, width, model.shape.vocabulary, last - first);
  for (const shard of window.shards) {
    const start = shard.first * window.steps;
    const ids = window.inputs + start * 4;
    const from = source + (start * stride + first) * 4;
    kernels.scatterRows(ids, shard.rows * window.steps, from, width, last - first, table + first * 4, width);
  }
}

/** A bias gradient (width): the sum over the source's rows, all of the window unless told, this thread's columns. */
function sums(
  thread: Thread,
  source: number,
  ld: number,
  width: number,
  bias: number,
  rows = thread.window.steps * thread.window.batch,
): void {
  const { kernels, model } = thread;
  const [first, last] = ownColumns(thread, width);
  const to = bias + model.toGradient + first * 4;
  kernels.columnSums(source + first * 4, ld, rows, last - first, to, 0);
}

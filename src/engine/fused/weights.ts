import { gates as gatesOf } from '../../model/configuration';
import { word } from './control';
import { inputOf } from './forward';
import { BEHIND_PANELS, BLOCK, LINE } from './kernels';
import type { Shard } from './layout';
import { productGradients } from './products';
import type { Thread } from './thread';

// T steps, B batch, V vocabulary, E embedding, H hidden, G gates.

/** All weight and bias gradients, from the whole batch. */
export function weightGradients(thread: Thread): void {
  productGradients(thread);
  for (let k = 0; k < thread.model.layers.length; k++) inputGradients(thread, k);
  outputGradients(thread);
}

/** The gradients of layer k's biases, and of a one-hot input's matrix or the embedding. */
function inputGradients(thread: Thread, k: number): void {
  const { model, window } = thread;
  const { embedding: E, hidden: H, vocabulary: V, cell } = model.shape;
  const GH = gatesOf[cell] * H;
  const layer = model.layers[k];
  const gates = window.gates[k]; // (T, B, G·H)
  if (layer.input) {
    sums(thread, gates, GH, GH, layer.b);
  } else {
    // Each row of the window was added to one row of the table, so the table's rows have the same sum, and are fewer.
    const table = layer.Wx + model.toGradient; // (V, G·H)
    scatter(thread, gates, GH, table);
    if (V < window.steps * window.batch) sums(thread, table, GH, GH, layer.b, V);
    else sums(thread, gates, GH, GH, layer.b);
  }
  if (layer.bhn) sums(thread, window.reset[k], H, H, layer.bhn);
  if (k === 0 && E > 0) scatter(thread, window.up, E, model.embedding + model.toGradient, Math.max(H, E));
}

/** The gradients of the output layer's bias and of a tied matrix. */
function outputGradients(thread: Thread): void {
  const { model, window, words } = thread;
  const { vocabulary: V, layers: L, tied } = model.shape;
  if (tied) {
    for (const shard of window.shards) tiedProduct(thread, shard, inputOf(thread, L, words[word.dropout] !== 0, shard));
  }
  sums(thread, window.logits, V, V, model.bq);
}

/** The columns of a gradient that this thread alone writes, outside the products that are shared. */
function ownColumns(thread: Thread, width: number): [first: number, last: number] {
  return thread.part(width, LINE);
}

/**
 * Adds the output layer's part to the tied matrix's gradient: dE (V, H) += dlogitsᵀ · top, this thread's columns: those that it
 * scattered to just before, as no thread waits for another between the two. dlogits is packed block by block, being as large
 * as the vocabulary.
 */
function tiedProduct(thread: Thread, { first: row, rows }: Shard, top: number): void {
  const { hidden: H, vocabulary: V } = thread.model.shape;
  const [first, last] = ownColumns(thread, H);
  if (first >= last || rows === 0) return;
  const { kernels, window, scratch, model } = thread;
  const c = model.embedding + model.toGradient; // (V, H)
  const dlogits = window.logits + row * window.steps * V * 4; // (T·rows, V)
  const left = scratch + BEHIND_PANELS;
  for (let k = 0; k < rows * window.steps; k += BLOCK) {
    const depth = Math.min(BLOCK, rows * window.steps - k);
    for (let m = 0; m < V; m += BLOCK) {
      const height = Math.min(BLOCK, V - m);
      kernels.packLeft(dlogits + (k * V + m) * 4, V, depth, height, left);
      const to = c + (m * H + first) * 4;
      kernels.outer(left, 0, height, top + (k * H + first) * 4, H, depth, last - first, to, H, 1, scratch);
    }
  }
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

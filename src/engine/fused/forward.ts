import { gates as gatesOf } from '../../model/configuration';
import { dropoutThreshold } from '../dropout';
import { NATS, word } from './control';
import type { LayerLayout, Packed } from './layout';
import type { Thread } from './thread';

// T steps, n rows of this thread's shard, V vocabulary, E embedding, H hidden, G gates, I input size of a layer.

const activations = { tanh: 0, relu: 1, identity: 2 } as const;

/** The number by which the kernels know the RNN's activation. */
export function activation(thread: Thread): number {
  return activations[thread.model.shape.activation];
}

/** C (rows, n) = [C +] A (rows, k) · W, with A's rows `lda` floats apart and C's `ldc`. */
export function product(
  { kernels, scratch }: Thread,
  a: number,
  lda: number,
  rows: number,
  { to, k, n }: Packed,
  c: number,
  ldc: number,
  add: boolean,
): void {
  kernels.multiply(a, lda, rows, to, k, n, c, ldc, add ? 1 : 0, scratch);
}

/** Takes this thread's rows through all layers and steps. */
export function forward(thread: Thread, dropping: boolean): void {
  for (let k = 0; k < thread.model.layers.length; k++) {
    inputProducts(thread, k, dropping);
    recurrence(thread, k);
    if (dropping) dropUp(thread, k);
  }
}

/** Address of what layer k takes in, (T, n, I) in this thread's shard; layer `layers` stands for the output layer. */
export function inputOf(thread: Thread, k: number, dropping: boolean, shard = thread.shard): number {
  const { window, model } = thread;
  const { hidden: H, embedding: E } = model.shape;
  if (k === 0) return window.embedded + shard.first * window.steps * E * 4;
  if (dropping) return window.dropped[k - 1] + shard.first * window.steps * H * 4;
  return window.hidden[k - 1] + (shard.first * (window.steps + 1) + shard.rows) * H * 4;
}

/** gates = X W_x + b of all steps; a one-hot input is gathered step by step instead. */
function inputProducts(thread: Thread, k: number, dropping: boolean): void {
  const { window, shard, kernels, model } = thread;
  const layer = model.layers[k];
  if (!layer.x) return;
  const { hidden: H, embedding: E, cell } = model.shape;
  const GH = gatesOf[cell] * H;
  const start = shard.first * window.steps;
  const rows = shard.rows * window.steps;
  const x = inputOf(thread, k, dropping); // (T, n, I)
  const gates = window.gates[k] + start * GH * 4; // (T, n, G·H)
  if (k === 0) kernels.gatherRows(window.inputs + start * 4, rows, model.embedding, E, 0, x);
  kernels.gatherRows(0, rows, 0, GH, layer.b, gates);
  product(thread, x, layer.input, rows, layer.x, gates, GH, true);
}

/** The steps of layer k, each from the state that the one before left. */
function recurrence(thread: Thread, k: number): void {
  const { window, shard, kernels, model } = thread;
  const { hidden: H, cell } = model.shape;
  const layer = model.layers[k];
  const GH = gatesOf[cell] * H;
  const { rows } = shard;
  const start = shard.first * window.steps;
  const before = shard.first * (window.steps + 1) * H * 4;
  for (let t = 0; t < window.steps; t++) {
    const row = start + t * rows;
    const gates = window.gates[k] + row * GH * 4; // (n, G·H)
    const h = window.hidden[k] + before + t * rows * H * 4; // (n, H)
    const next = h + rows * H * 4; // (n, H)
    if (!layer.x) kernels.gatherRows(window.inputs + row * 4, rows, layer.Wx, GH, layer.b, gates);
    product(thread, h, H, rows, layer.h, gates, GH, true);
    switch (cell) {
      case 'rnn':
        kernels.rnnForward(gates, rows * H, activation(thread), next);
        break;
      case 'gru':
        gruStep(thread, layer, gates, h, window.reset[k] + row * H * 4, next);
        break;
      case 'lstm': {
        const c = window.cell[k] + before + t * rows * H * 4; // (n, H)
        kernels.lstmForward(gates, c, rows, H, c + rows * H * 4, next);
      }
    }
  }
}

/** The rest of a GRU's step, once gates (n, 3·H) hold the pre-activations of r and z. */
function gruStep(thread: Thread, layer: LayerLayout, gates: number, h: number, reset: number, next: number): void {
  const { kernels, shard, model } = thread;
  const { rows } = shard;
  const H = model.shape.hidden;
  if (model.shape.reset === 'before') {
    kernels.gruGates(gates, h, rows, H, reset);
    product(thread, reset, H, rows, layer.n!, gates + 8 * H, 3 * H, true);
    kernels.gruState(gates, 0, h, rows, H, next);
  } else {
    kernels.gatherRows(0, rows, 0, H, layer.bhn, reset);
    product(thread, h, H, rows, layer.n!, reset, H, true);
    kernels.gruGates(gates, h, rows, H, 0);
    kernels.gruState(gates, reset, h, rows, H, next);
  }
}

/** dropped (T, n, H) = hidden (T, n, H) ⊙ mask / (1−p). */
function dropUp(thread: Thread, k: number): void {
  const { window, shard, model } = thread;
  const H = model.shape.hidden;
  const from = window.hidden[k] + (shard.first * (window.steps + 1) + shard.rows) * H * 4;
  drop(thread, k, from, window.dropped[k] + shard.first * window.steps * H * 4);
}

/** to (T, n, H) = from (T, n, H) ⊙ mask / (1−p), with layer k's mask of this pass. */
export function drop({ window, shard, kernels, model, words }: Thread, k: number, from: number, to: number): void {
  const { hidden: H, dropout: p } = model.shape;
  const size = shard.rows * H;
  for (let t = 0; t < window.steps; t++) {
    kernels.dropout(
      from + t * size * 4,
      size,
      (t * window.batch + shard.first) * H,
      words[word.seed],
      Math.imul(k + 1, 0x9e3779b9),
      dropoutThreshold(p) | 0,
      1 / (1 - p),
      to + t * size * 4,
    );
  }
}

/** logits (T, n, V) = top W_hq + b_q; then the loss, and the logits become its gradient. */
export function lossAndGradient(thread: Thread): void {
  const { window, shard, kernels, model, words, index } = thread;
  const { hidden: H, vocabulary: V, layers: L } = model.shape;
  const start = shard.first * window.steps;
  const rows = shard.rows * window.steps;
  const dropping = words[word.dropout] !== 0;
  const logits = window.logits + start * V * 4; // (T, n, V)
  kernels.gatherRows(0, rows, 0, V, model.bq, logits);
  product(thread, inputOf(thread, L, dropping), H, rows, model.output, logits, V, true);
  const weights = words[word.weights] ? window.weights + start * 4 : 0; // (T, n)
  const mean = 1 / (window.steps * window.batch);
  kernels.softmaxLoss(logits, window.targets + start * 4, rows, V, weights, mean, NATS + index * 8);
}

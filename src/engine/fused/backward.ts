import { gates as gatesOf } from '../../model/configuration';
import { word } from './control';
import { activation, drop, product } from './forward';
import type { LayerLayout } from './layout';
import type { Thread } from './thread';

// T steps, n rows of this thread's shard, V vocabulary, E embedding, H hidden, G gates.

/** Takes the loss's gradient down through this thread's rows; every layer's gates become the gradients of their pre-activations. */
export function backward(thread: Thread): void {
  const { window, shard, model, words } = thread;
  const { hidden: H, embedding: E, vocabulary: V, layers: L, cell } = model.shape;
  const GH = gatesOf[cell] * H;
  const start = shard.first * window.steps;
  const rows = shard.rows * window.steps;
  const up = window.up + start * Math.max(H, E) * 4; // (T, n, H), below the lowest layer (T, n, E)
  product(thread, window.logits + start * V * 4, V, rows, model.outputBack, up, H, false);
  for (let k = L - 1; k >= 0; k--) {
    if (words[word.dropout]) drop(thread, k, up, up);
    recurrence(thread, k, up);
    const { xBack } = model.layers[k];
    if (xBack) product(thread, window.gates[k] + start * GH * 4, GH, rows, xBack, up, xBack.n, false);
  }
}

/** The steps of layer k, last one first. */
function recurrence(thread: Thread, k: number, up: number): void {
  const { window, shard, kernels, model, words, index } = thread;
  const { hidden: H, cell } = model.shape;
  const layer = model.layers[k];
  const GH = gatesOf[cell] * H;
  const { rows } = shard;
  const start = shard.first * window.steps;
  const before = shard.first * (window.steps + 1) * H * 4;
  const dh = window.dh + shard.first * H * 4; // (n, H)
  const dc = window.dc + shard.first * H * 4; // (n, H)
  kernels.clearRows(dh, rows * H, 1, rows * H);
  if (cell === 'lstm') kernels.clearRows(dc, rows * H, 1, rows * H);
  for (let t = window.steps - 1; t >= 0; t--) {
    const row = start + t * rows;
    const carry = words[word.carry] ? window.carry + row * 4 : 0; // (n)
    const gates = window.gates[k] + row * GH * 4; // (n, G·H)
    const h = window.hidden[k] + before + t * rows * H * 4; // (n, H)
    kernels.join(up + t * rows * H * 4, carry, rows, H, dh);
    if (words[word.flow]) {
      const place = (k * window.steps + t) * model.threads + index;
      kernels.squares(dh, rows * H, window.flow + place * 8);
    }
    switch (cell) {
      case 'rnn':
        kernels.rnnBackward(dh, h + rows * H * 4, rows * H, activation(thread), gates);
        if (t > 0) product(thread, gates, GH, rows, layer.hBack, dh, H, false);
        break;
      case 'gru':
        gruStep(thread, layer, gates, h, window.reset[k] + row * H * 4, dh, t > 0);
        break;
      case 'lstm': {
        const c = window.cell[k] + before + t * rows * H * 4; // (n, H)
        if (carry) kernels.join(0, carry, rows, H, dc);
        kernels.lstmBackward(dh, dc, gates, c, h + rows * H * 4, rows, H);
        if (t > 0) product(thread, gates, GH, rows, layer.hBack, dh, H, false);
      }
    }
  }
}

/** One step of a GRU; dh (n, H) becomes the gradient of the step before, unless there is none in the window. */
function gruStep(
  thread: Thread,
  layer: LayerLayout,
  gates: number,
  h: number,
  reset: number,
  dh: number,
  onward: boolean,
): void {
  const { kernels, shard, model, window } = thread;
  const { rows } = shard;
  const H = model.shape.hidden;
  if (model.shape.reset === 'before') {
    const drh = window.drh + shard.first * H * 4; // (n, H)
    kernels.gruStateBackward(dh, gates, 0, h, rows, H);
    product(thread, gates + 8 * H, 3 * H, rows, layer.nBack!, drh, H, false);
    kernels.gruResetBackward(drh, gates, h, rows, H, dh);
  } else {
    kernels.gruStateBackward(dh, gates, reset, h, rows, H);
    if (onward) product(thread, reset, H, rows, layer.nBack!, dh, H, true);
  }
  if (onward) product(thread, gates, 3 * H, rows, layer.hBack, dh, H, true);
}

import { gates as gatesOf } from '../../model/configuration';
import { activation } from './forward';
import type { StepLayout } from './layout';
import type { Thread } from './thread';

// B rows, V vocabulary, H hidden, G gates, I input size of a layer.

/** Feeds one token to each row, on the calling thread, with the weights as they are; logits (B, V) become log-probabilities. */
export function step(thread: Thread, layout: StepLayout): void {
  const { kernels, model } = thread;
  const { hidden: H, vocabulary: V, layers: L, tied } = model.shape;
  for (let b = 0; b < layout.batch; b++) {
    const id = layout.ids + b * 4;
    for (let k = 0; k < L; k++) layerStep(thread, layout, k, b, id);
    const top = layout.hidden + ((L - 1) * layout.batch + b) * H * 4; // (H)
    const logits = layout.logits + b * V * 4; // (V)
    kernels.gatherRows(0, 1, 0, V, model.bq, logits);
    if (tied) kernels.matrixVector(top, H, model.Whq, V, logits);
    else kernels.vectorMatrix(top, H, model.Whq, V, V, logits);
  }
  kernels.logSoftmax(layout.logits, layout.batch, V, layout.work);
}

/** One row through layer k; its state is overwritten in place. */
function layerStep(thread: Thread, layout: StepLayout, k: number, b: number, id: number): void {
  const { kernels, model } = thread;
  const { hidden: H, embedding: E, cell, reset } = model.shape;
  const layer = model.layers[k];
  const GH = gatesOf[cell] * H;
  const { gates, reset: rh } = layout; // (G·H), (H)
  const place = (k * layout.batch + b) * H * 4;
  const h = layout.hidden + place; // (H)
  if (layer.input) {
    const below = k > 0 ? h - layout.batch * H * 4 : layout.work; // (I)
    if (k === 0) kernels.gatherRows(id, 1, model.embedding, E, 0, below);
    kernels.gatherRows(0, 1, 0, GH, layer.b, gates);
    kernels.vectorMatrix(below, layer.input, layer.Wx, GH, GH, gates);
  } else {
    kernels.gatherRows(id, 1, layer.Wx, GH, layer.b, gates);
  }
  kernels.vectorMatrix(h, H, layer.Wh, GH, layer.h.n, gates);
  if (cell === 'rnn') {
    kernels.rnnForward(gates, H, activation(thread), h);
  } else if (cell === 'lstm') {
    kernels.lstmForward(gates, layout.cell + place, 1, H, layout.cell + place, h);
  } else if (reset === 'before') {
    kernels.gruGates(gates, h, 1, H, rh);
    kernels.vectorMatrix(rh, H, layer.Wh + 8 * H, GH, H, gates + 8 * H);
    kernels.gruState(gates, 0, h, 1, H, h);
  } else {
    kernels.gatherRows(0, 1, 0, H, layer.bhn, rh);
    kernels.vectorMatrix(h, H, layer.Wh + 8 * H, GH, H, rh);
    kernels.gruGates(gates, h, 1, H, 0);
    kernels.gruState(gates, rh, h, 1, H, h);
  }
}

import * as tf from '@tensorflow/tfjs';
import type { ModelShape } from '../../model/configuration';

// B batch, H hidden, G gates. Gate order is r,z,n for GRU and i,f,g,o for LSTM.

/** The weights of one layer. */
export interface LayerWeights {
  readonly W_h: tf.Tensor2D; // (H, G·H)
  readonly b: tf.Tensor1D; // (G·H)
  /** Only of a GRU that resets after. */
  readonly b_hn?: tf.Tensor1D; // (H)
}

/** Hidden state and, for an LSTM, memory cell. */
export interface Step {
  readonly h: tf.Tensor2D; // (B, H)
  readonly c?: tf.Tensor2D; // (B, H)
}

/** One step of a cell: from the input's product X W_x (B, G·H) and the last state to the next state. */
export type Cell = (x: tf.Tensor2D, last: Step, weights: LayerWeights) => Step;

const activations: Record<ModelShape['activation'], (x: tf.Tensor2D) => tf.Tensor2D> = {
  tanh: tf.tanh,
  relu: tf.relu,
  identity: (x) => x,
};

/** The cell of a model. Cells differ by this one function and share everything else. */
export function cellOf(shape: ModelShape): Cell {
  const H = shape.hidden;
  switch (shape.cell) {
    case 'rnn':
      return rnn(activations[shape.activation]);
    case 'gru':
      return shape.reset === 'before' ? gruBefore(H) : gruAfter(H);
    case 'lstm':
      return lstm(H);
  }
}

const rnn =
  (activation: (x: tf.Tensor2D) => tf.Tensor2D): Cell =>
  (x, { h }, { W_h, b }) => ({
    h: activation(tf.add(tf.add(x, tf.matMul(h, W_h)), b)), // (B, H)
  });

const columns = (x: tf.Tensor2D, start: number, size: number) => tf.slice2d(x, [0, start], [-1, size]);

/** H_t = Z ⊙ H_{t−1} + (1 − Z) ⊙ H̃ */
const mix = (z: tf.Tensor2D, h: tf.Tensor2D, candidate: tf.Tensor2D): tf.Tensor2D =>
  tf.add(candidate, tf.mul(z, tf.sub(h, candidate))); // (B, H)

const gruBefore =
  (H: number): Cell =>
  (x, { h }, { W_h, b }) => {
    const xb: tf.Tensor2D = tf.add(x, b); // (B, 3H)
    const gates: tf.Tensor2D = tf.sigmoid(tf.add(columns(xb, 0, 2 * H), tf.matMul(h, columns(W_h, 0, 2 * H)))); // (B, 2H)
    const r = columns(gates, 0, H); // (B, H)
    const z = columns(gates, H, H); // (B, H)
    const reset: tf.Tensor2D = tf.mul(r, h); // (B, H)
    const candidate: tf.Tensor2D = tf.tanh(tf.add(columns(xb, 2 * H, H), tf.matMul(reset, columns(W_h, 2 * H, H)))); // (B, H)
    return { h: mix(z, h, candidate) };
  };

const gruAfter =
  (H: number): Cell =>
  (x, { h }, { W_h, b, b_hn }) => {
    const xb: tf.Tensor2D = tf.add(x, b); // (B, 3H)
    const product: tf.Tensor2D = tf.matMul(h, W_h); // (B, 3H)
    const gates: tf.Tensor2D = tf.sigmoid(tf.add(columns(xb, 0, 2 * H), columns(product, 0, 2 * H))); // (B, 2H)
    const r = columns(gates, 0, H); // (B, H)
    const z = columns(gates, H, H); // (B, H)
    const recurrent: tf.Tensor2D = tf.add(columns(product, 2 * H, H), b_hn as tf.Tensor); // (B, H)
    const candidate: tf.Tensor2D = tf.tanh(tf.add(columns(xb, 2 * H, H), tf.mul(r, recurrent))); // (B, H)
    return { h: mix(z, h, candidate) };
  };

const lstm =
  (H: number): Cell =>
  (x, last, { W_h, b }) => {
    const all: tf.Tensor2D = tf.add(tf.add(x, tf.matMul(last.h, W_h)), b); // (B, 4H)
    const i: tf.Tensor2D = tf.sigmoid(columns(all, 0, H)); // (B, H)
    const f: tf.Tensor2D = tf.sigmoid(columns(all, H, H)); // (B, H)
    const g: tf.Tensor2D = tf.tanh(columns(all, 2 * H, H)); // (B, H)
    const o: tf.Tensor2D = tf.sigmoid(columns(all, 3 * H, H)); // (B, H)
    const next: tf.Tensor2D = tf.add(tf.mul(f, last.c as tf.Tensor2D), tf.mul(i, g)); // (B, H)
    const h: tf.Tensor2D = tf.mul(o, tf.tanh(next)); // (B, H)
    return { h, c: next };
  };

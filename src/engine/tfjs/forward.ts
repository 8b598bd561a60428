import * as tf from '@tensorflow/tfjs';
import type { ModelShape } from '../../model/configuration';
import { dropoutThreshold, kept } from '../dropout';
import type { State } from '../engine';
import { cellOf, type LayerWeights, type Step } from './cells';

// T steps, B batch, V vocabulary, E embedding, H hidden, L layers, G gates.

/** The parameters as tensors, by name. */
export type Weights = Readonly<Record<string, tf.Tensor>>;

/** What a forward pass is run with. */
export interface ForwardOptions {
  readonly inputs: Int32Array; // (T, B)
  readonly steps: number;
  readonly batch: number;
  /** Multiplies the gradient that flows from step t+1 back into step t. */
  readonly carry?: Float32Array; // (T, B)
  /** Seed of the dropout masks; no dropout if absent. */
  readonly dropoutSeed?: number;
  /** Zeros added to every hidden state, so that gradients with respect to the states can be asked for. */
  readonly perturbations?: readonly (readonly tf.Tensor2D[])[]; // [layer][t] (B, H)
}

/** Log-probabilities of every step and the state after the last. */
export interface ForwardResult {
  readonly logProbabilities: tf.Tensor2D; // (T·B, V)
  readonly last: readonly Step[]; // [layer]
}

/** y = x, but the gradient is multiplied by `factor` (B, 1) on its way back. */
function scaleGradient(x: tf.Tensor2D, factor: tf.Tensor2D): tf.Tensor2D {
  const scaled = tf.customGrad((y, save) => {
    (save as tf.GradSaveFunc)([factor]);
    return {
      value: tf.clone(y as tf.Tensor),
      gradFunc: (dY: tf.Tensor, saved: tf.Tensor[]) => tf.mul(dY, saved[0]),
    };
  });
  return scaled(x) as tf.Tensor2D; // (B, H)
}

/** Rows of the identity matrix. The cast is apart because the wasm backend's oneHot fills any type with integers. */
function oneHotRows(ids: Int32Array, V: number): tf.Tensor2D {
  return tf.cast(tf.oneHot(tf.tensor1d(ids, 'int32'), V) as tf.Tensor2D, 'float32'); // (n, V)
}

/** The masks of one layer for a window, already divided by 1 − p. */
function dropoutMask(shape: ModelShape, seed: number, layer: number, rows: number): tf.Tensor2D {
  const H = shape.hidden;
  const threshold = dropoutThreshold(shape.dropout);
  const mask = new Float32Array(rows * H);
  const scale = 1 / (1 - shape.dropout);
  for (let i = 0; i < mask.length; i++) mask[i] = kept(seed, layer, i, threshold) ? scale : 0;
  return tf.tensor2d(mask, [rows, H]); // (T·B, H)
}

/** The state of one layer out of a `State`. */
function layerState(shape: ModelShape, state: State, layer: number): Step {
  const { hidden: H } = shape;
  const size = state.batch * H;
  const part = (from: Float32Array) => tf.tensor2d(from.slice(layer * size, (layer + 1) * size), [state.batch, H]);
  return { h: part(state.hidden), c: shape.cell === 'lstm' ? part(state.cell) : undefined };
}

/**
 * The whole model, one window forward: input product, recurrence layer by layer, output layer, log-softmax.
 * One-hot inputs are a matrix product here because the wasm backend has no gradient of a gather.
 */
export function forward(shape: ModelShape, weights: Weights, state: State, options: ForwardOptions): ForwardResult {
  const { vocabulary: V, layers } = shape;
  const { inputs, steps: T, batch: B, carry, dropoutSeed, perturbations } = options;
  const cell = cellOf(shape);
  const factors = carry && tf.split(tf.tensor2d(carry, [T * B, 1]), T); // T × (B, 1)
  const oneHot = oneHotRows(inputs, V); // (T·B, V)
  let below: tf.Tensor2D = shape.embedding ? tf.matMul(oneHot, weights.embedding as tf.Tensor2D) : oneHot; // (T·B, I)
  const last: Step[] = [];
  for (let layer = 0; layer < layers; layer++) {
    const own = layerWeights(weights, layer);
    const product = tf.matMul(below, weights[`l${layer}.W_x`] as tf.Tensor2D); // (T·B, G·H)
    const products = T > 1 ? tf.split(product, T) : [product]; // T × (B, G·H)
    const outputs: tf.Tensor2D[] = [];
    let now = layerState(shape, state, layer);
    for (let t = 0; t < T; t++) {
      if (t > 0 && factors) {
        const factor = factors[t - 1] as tf.Tensor2D;
        now = { h: scaleGradient(now.h, factor), c: now.c && scaleGradient(now.c, factor) };
      }
      now = cell(products[t] as tf.Tensor2D, now, own);
      if (perturbations) now = { h: tf.add(now.h, perturbations[layer][t]), c: now.c };
      outputs.push(now.h);
    }
    last.push(now);
    below = T > 1 ? tf.concat2d(outputs, 0) : outputs[0]; // (T·B, H)
    if (dropoutSeed !== undefined && shape.dropout > 0) {
      below = tf.mul(below, dropoutMask(shape, dropoutSeed, layer, T * B)); // (T·B, H)
    }
  }
  const logits: tf.Tensor2D = shape.tied
    ? tf.add(tf.matMul(below, weights.embedding as tf.Tensor2D, false, true), weights.b_q) // (T·B, V)
    : tf.add(tf.matMul(below, weights.W_hq as tf.Tensor2D), weights.b_q); // (T·B, V)
  return { logProbabilities: tf.logSoftmax(logits), last };
}

function layerWeights(weights: Weights, layer: number): LayerWeights {
  return {
    W_h: weights[`l${layer}.W_h`] as tf.Tensor2D,
    b: weights[`l${layer}.b`] as tf.Tensor1D,
    b_hn: weights[`l${layer}.b_hn`] as tf.Tensor1D | undefined,
  };
}

/** −log p of each target, (T·B). */
export function negativeLogLikelihood(logProbabilities: tf.Tensor2D, targets: Int32Array): tf.Tensor1D {
  const V = logProbabilities.shape[1];
  const oneHot = oneHotRows(targets, V); // (T·B, V)
  return tf.neg(tf.sum(tf.mul(logProbabilities, oneHot), 1)); // (T·B)
}

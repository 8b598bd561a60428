import type { Kernels } from '../kernels';
import type { Memory } from './memory';

/** Softmax, its loss and its gradient, row by row. */
export function softmaxTwins({ floats: m, words, doubles }: Memory): Pick<Kernels, 'softmaxLoss' | 'logSoftmax'> {
  /** log Σ eˣ of one row of V values. */
  const logSum = (row: number, V: number) => {
    let largest = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < V; j++) largest = Math.max(largest, m[row + j]);
    let sum = 0;
    for (let j = 0; j < V; j++) sum += Math.exp(m[row + j] - largest);
    return largest + Math.log(sum);
  };
  return {
    softmaxLoss(logits, targets, rows, V, weights, mean, result) {
      let nats = 0;
      for (let i = 0; i < rows; i++) {
        const row = logits / 4 + i * V;
        const target = words[targets / 4 + i];
        const total = logSum(row, V);
        const factor = weights ? m[weights / 4 + i] : mean;
        nats += total - m[row + target];
        for (let j = 0; j < V; j++) {
          m[row + j] = factor * (Math.exp(m[row + j] - total) - (j === target ? 1 : 0));
        }
      }
      doubles[result / 8] = nats;
    },
    logSoftmax(logits, rows, V) {
      for (let i = 0; i < rows; i++) {
        const row = logits / 4 + i * V;
        const total = logSum(row, V);
        for (let j = 0; j < V; j++) m[row + j] -= total;
      }
    },
  };
}

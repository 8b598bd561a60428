import type { OptimizerStep } from '../../engine';
import { applyUpdate } from '../../optimizer';
import type { Kernels } from '../kernels';
import type { Memory } from './memory';

type Updates = Pick<Kernels, 'squares' | 'momentumUpdate' | 'rmspropUpdate' | 'adamUpdate'>;

const nothing: OptimizerStep = {
  kind: 'sgd',
  learningRate: 0,
  momentum: 0,
  alpha: 0,
  beta1: 0,
  beta2: 0,
  epsilon: 0,
  weightDecay: 0,
  count: 1,
  clipValue: 0,
};

/** The updates, by src/engine/optimizer.ts; what the kernels are given as products of settings is taken apart again. */
export function optimizerTwins({ floats, doubles }: Memory): Updates {
  const view = (address: number, n: number) => floats.subarray(address / 4, address / 4 + n);
  return {
    squares(x, n, result) {
      doubles[result / 8] = view(x, n).reduce((sum, value) => sum + value * value, 0);
    },
    momentumUpdate(p, g, first, n, scale, limit, lr, momentum, keep) {
      const moments = { first: view(first, n), second: new Float32Array(n) };
      const kind = keep ? 'momentum' : 'sgd';
      const step: OptimizerStep = { ...nothing, kind, learningRate: lr, momentum, clipValue: limit };
      applyUpdate(view(p, n), view(g, n), moments, step, scale);
    },
    rmspropUpdate(p, g, second, n, scale, limit, lr, alpha, _rest, epsilon) {
      const moments = { first: new Float32Array(n), second: view(second, n) };
      const step: OptimizerStep = { ...nothing, kind: 'rmsprop', learningRate: lr, alpha, epsilon, clipValue: limit };
      applyUpdate(view(p, n), view(g, n), moments, step, scale);
    },
    adamUpdate(p, g, first, second, n, scale, limit, beta1, _rest1, beta2, _rest2, rate, inverse, epsilon, keep) {
      const count = Math.round(Math.log(1 - inverse ** -2) / Math.log(beta2));
      const learningRate = rate * (1 - beta1 ** count);
      const step: OptimizerStep = {
        ...nothing,
        ...{ kind: 'adamw', learningRate, beta1, beta2, epsilon, count, clipValue: limit },
        weightDecay: (1 - keep) / learningRate,
      };
      applyUpdate(view(p, n), view(g, n), { first: view(first, n), second: view(second, n) }, step, scale);
    },
  };
}

import type { OptimizerStep } from '../engine';
import { optimizers, word } from './control';
import { LINE } from './kernels';
import type { Thread } from './thread';

/** Writes an update where all threads read it. */
export function announceUpdate({ words, numbers }: Thread, step: OptimizerStep, scale: number): void {
  words[word.optimizer] = optimizers.indexOf(step.kind);
  const { clipValue, learningRate, momentum, alpha, beta1, beta2, epsilon, weightDecay, count } = step;
  numbers.set([scale, clipValue, learningRate, momentum, alpha, beta1, beta2, epsilon, weightDecay, count]);
}

/** Updates this thread's part of the parameters as announced: the kernels' side of src/engine/optimizer.ts. */
export function update(thread: Thread): void {
  const { kernels, model, numbers, words } = thread;
  const [scale, limit, lr, momentum, alpha, beta1, beta2, epsilon, decay, count] = numbers;
  const kind = optimizers[words[word.optimizer]];
  const [begin, end] = thread.part(model.count, LINE);
  const n = end - begin;
  const [p, g, first, second] = [model.parameters, model.gradients, model.first, model.second].map(
    (address) => address + begin * 4,
  );
  switch (kind) {
    case 'sgd':
    case 'momentum':
      kernels.momentumUpdate(p, g, first, n, scale, limit, lr, momentum, kind === 'sgd' ? 0 : 1);
      break;
    case 'rmsprop':
      kernels.rmspropUpdate(p, g, second, n, scale, limit, lr, alpha, 1 - alpha, epsilon);
      break;
    default: {
      const rate = lr / (1 - beta1 ** count);
      const inverse = 1 / Math.sqrt(1 - beta2 ** count);
      const keep = kind === 'adamw' ? 1 - lr * decay : 1;
      const [rest1, rest2] = [1 - beta1, 1 - beta2];
      kernels.adamUpdate(
        ...([p, g, first, second, n, scale, limit] as const),
        ...([beta1, rest1, beta2, rest2, rate, inverse, epsilon, keep] as const),
      );
    }
  }
}

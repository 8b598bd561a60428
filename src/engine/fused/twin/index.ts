import type { Kernels } from '../kernels';
import { cellTwins } from './cells';
import { memoryOf } from './memory';
import { optimizerTwins } from './optimizer';
import { productTwins } from './products';
import { rowTwins } from './rows';
import { softmaxTwins } from './softmax';

/** All kernels in plain TypeScript on a buffer of any kind: what the compiled ones are held to, and what explains them. */
export function createTwins(buffer: ArrayBufferLike): Kernels {
  const memory = memoryOf(buffer);
  return {
    ...productTwins(memory),
    ...rowTwins(memory),
    ...cellTwins(memory),
    ...softmaxTwins(memory),
    ...optimizerTwins(memory),
  };
}

import type { Kernels } from '../kernels';
import { cellTwins } from './cells';
import { memoryOf } from './memory';
import { optimizerTwins } from './optimizer';
import { productTwins } from './products';
import { rowTwins } from './rows';
import { softmaxTwins } from './softmax';

/**
 * All kernels in plain TypeScript on a buffer of any kind: what the compiled ones are held to, and what explains them.
 * @param columns of a packed panel, as the build has them
 */
export function createTwins(buffer: ArrayBufferLike, columns: number): Kernels {
  const memory = memoryOf(buffer);
  return {
    ...productTwins(memory, columns),
    ...rowTwins(memory),
    ...cellTwins(memory),
    ...softmaxTwins(memory),
    ...optimizerTwins(memory),
  };
}

import type { ModelShape } from '../../model/configuration';
import { parameterLayout } from '../../model/parameters';
import { memoryLimit, refuseBeyond, type WindowSize } from '../memory';

// T steps, B batch, V vocabulary, H hidden, L layers.

/**
 * Tensors that the autograd holds at its peak, as measured: of each step and layer so many of (B, H) and of (H, H), of each
 * step so many of (B, V), and so many as large as all parameters.
 */
const perStep = { rnn: { rows: 18, squares: 2 }, gru: { rows: 74, squares: 19 }, lstm: { rows: 95, squares: 9 } };
const perLogits = 12;
const perParameter = 8;

/** Bytes that the tfjs engine takes for one gradient; every step of the window keeps its tensors until the end. */
export function memoryEstimate(shape: ModelShape, batch: number, steps: number): number {
  const { vocabulary: V, embedding: E, hidden: H, layers: L } = shape;
  const { rows, squares } = perStep[shape.cell];
  const parameters = parameterLayout(shape).reduce((sum, { size }) => sum + size, 0);
  const step = L * (rows * batch * H + squares * H * H) + batch * (perLogits * V + 2 * E);
  return 4 * (steps * step + perParameter * parameters);
}

/**
 * Refuses a model or a window that needs more memory than tensors can have.
 * @param limit bytes; `memoryLimit()` if absent
 * @throws UserError naming the sizes and the settings that save most
 */
export function checkMemory(shape: ModelShape, window: WindowSize, limit = memoryLimit()): void {
  refuseBeyond(memoryEstimate, 'tfjs', shape, window, limit);
}

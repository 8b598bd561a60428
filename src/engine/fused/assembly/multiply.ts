import { blockDepth, HEIGHT, PANEL, SPILL } from './blocks';
import { rowStripe, takeRows } from './operand';

/**
 * C (rows, n) = [C +] A (rows, k) · B (k, n), B packed by `packColumns` or `packTransposed`; k ≥ 1.
 * @param lda floats from one row of A to the next; ldc the same of C
 * @param add 1 to add to C, 0 to overwrite it
 * @param scratch of this thread's own, `SCRATCH` bytes
 */
export function multiply(
  a: usize, lda: i32, rows: i32, packed: usize, k: i32, n: i32, c: usize, ldc: i32, add: i32, scratch: usize,
): void {
  const strideC = <usize>ldc << 2;
  const most = blockDepth(k);
  for (let row = 0; row < rows; row += HEIGHT) {
    const height = min(HEIGHT, rows - row);
    const c0 = c + <usize>row * strideC;
    for (let k0 = 0; k0 < k; k0 += most) {
      const depth = min(most, k - k0);
      const left = takeRows(a + ((<usize>row * <usize>lda + <usize>k0) << 2), lda, height, depth, scratch + SPILL);
      for (let j = 0; j < n; j += PANEL) {
        const panel = packed + ((<usize>j * <usize>k + <usize>k0 * PANEL) << 2);
        const to = c0 + (<usize>j << 2);
        rowStripe(left, lda, height, panel, depth, to, strideC, min(PANEL, n - j), add != 0 || k0 > 0, scratch);
      }
    }
  }
}

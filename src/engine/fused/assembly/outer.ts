import { DEPTH, HEIGHT, PANEL, SPILL } from './blocks';
import { columnStripe, packColumnsOfLeft } from './operand';
import { packColumns, SIDE } from './pack';

/**
 * C (m, n) = [C +] Aᵀ (m, k) · B (k, n): the gradient of a weight matrix from its inputs A (k, m) and the gradient of its
 * outputs B (k, n), k running over all rows of a window. Blocks of A and B are packed on the way.
 * @param lda, ldb, ldc floats from one row to the next
 * @param add 1 to add to C, 0 to overwrite it
 * @param scratch of this thread's own, `SCRATCH` bytes
 */
export function outer(
  a: usize, lda: i32, m: i32, b: usize, ldb: i32, k: i32, n: i32, c: usize, ldc: i32, add: i32, scratch: usize,
): void {
  const strideC = <usize>ldc << 2;
  const left = scratch + SPILL;
  const panels = left + ((<usize>DEPTH * HEIGHT) << 2);
  for (let k0 = 0; k0 < k; k0 += DEPTH) {
    const depth = min(DEPTH, k - k0);
    for (let m0 = 0; m0 < m; m0 += HEIGHT) {
      const height = min(HEIGHT, m - m0);
      packColumnsOfLeft(a + ((<usize>k0 * <usize>lda + <usize>m0) << 2), lda, depth, height, left);
      for (let j = 0; j < n; j += SIDE * PANEL) {
        const width = min(SIDE * PANEL, n - j);
        const from = b + ((<usize>k0 * <usize>ldb + <usize>j) << 2);
        packColumns(from, ldb, depth, width, panels, 0, (width + PANEL - 1) / PANEL);
        for (let l = 0; l < width; l += PANEL) {
          const to = c + <usize>m0 * strideC + (<usize>(j + l) << 2);
          const panel = panels + ((<usize>l * <usize>depth) << 2);
          columnStripe(left, height, panel, depth, to, strideC, min(PANEL, width - l), add != 0 || k0 > 0, scratch);
        }
      }
    }
  }
}

import { blockDepth, HEIGHT, PANEL, SPILL } from './blocks';
import { columnStripe, packColumnsOfLeft, packedHeight } from './operand';
import { packColumns, SIDE } from './pack';

/**
 * Packs Aᵀ (m, k) of a stored A (k, m) for `outer`, block by block in the order in which it is read.
 * @param lda floats from one row of A to the next
 * @param to k floats for each row of Aᵀ, m rounded up to a multiple of four
 */
export function packLeft(a: usize, lda: i32, k: i32, m: i32, to: usize): void {
  const most = blockDepth(k);
  for (let k0 = 0; k0 < k; k0 += most) {
    const depth = min(most, k - k0);
    for (let m0 = 0; m0 < m; m0 += HEIGHT) {
      const height = min(HEIGHT, m - m0);
      packColumnsOfLeft(a + ((<usize>k0 * <usize>lda + <usize>m0) << 2), lda, depth, height, to);
      to += (<usize>packedHeight(height) * <usize>depth) << 2;
    }
  }
}

/**
 * C (m, n) = [C +] Aᵀ (m, k) · B (k, n): the gradient of a weight matrix from its inputs A (k, m) and the gradient of its
 * outputs B (k, n), k running over rows of a window. Blocks of B are packed on the way.
 * @param left A, or Aᵀ packed by `packLeft`
 * @param lda floats from one row of A to the next; 0 if it is packed. As it lies a row of A takes a line of the cache for the few
 *   of its values that are wanted at a time, so packing pays where rows are long
 * @param ldb, ldc floats from one row to the next
 * @param add 1 to add to C, 0 to overwrite it
 * @param scratch of this thread's own, `SCRATCH` bytes
 */
export function outer(
  left: usize, lda: i32, m: i32, b: usize, ldb: i32, k: i32, n: i32, c: usize, ldc: i32, add: i32, scratch: usize,
): void {
  const strideC = <usize>ldc << 2;
  const panels = scratch + SPILL;
  const most = blockDepth(k);
  for (let k0 = 0; k0 < k; k0 += most) {
    const depth = min(most, k - k0);
    for (let m0 = 0; m0 < m; m0 += HEIGHT) {
      const height = min(HEIGHT, m - m0);
      const block = lda ? left + ((<usize>k0 * <usize>lda + <usize>m0) << 2) : left;
      for (let j = 0; j < n; j += SIDE * PANEL) {
        const width = min(SIDE * PANEL, n - j);
        const from = b + ((<usize>k0 * <usize>ldb + <usize>j) << 2);
        packColumns(from, ldb, depth, width, panels, 0, (width + PANEL - 1) / PANEL);
        for (let l = 0; l < width; l += PANEL) {
          const to = c + <usize>m0 * strideC + (<usize>(j + l) << 2);
          const panel = panels + ((<usize>l * <usize>depth) << 2);
          columnStripe(block, lda, height, panel, depth, to, strideC, min(PANEL, width - l), add != 0 || k0 > 0, scratch);
        }
      }
      if (!lda) left += (<usize>packedHeight(height) * <usize>depth) << 2;
    }
  }
}

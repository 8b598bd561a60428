import { DEPTH, HEIGHT, PANEL, stripe } from './blocks';
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
  const pairs = scratch + 128;
  const panels = pairs + ((<usize>DEPTH * HEIGHT) << 2);
  for (let k0 = 0; k0 < k; k0 += DEPTH) {
    const depth = min(DEPTH, k - k0);
    for (let m0 = 0; m0 < m; m0 += HEIGHT) {
      const height = min(HEIGHT, m - m0);
      packPairs(a + ((<usize>k0 * <usize>lda + <usize>m0) << 2), lda, depth, height, pairs);
      for (let j = 0; j < n; j += SIDE * PANEL) {
        const width = min(SIDE * PANEL, n - j);
        const from = b + ((<usize>k0 * <usize>ldb + <usize>j) << 2);
        packColumns(from, ldb, depth, width, panels, 0, (width + PANEL - 1) / PANEL);
        for (let l = 0; l < width; l += PANEL) {
          const to = c + <usize>m0 * strideC + (<usize>(j + l) << 2);
          const panel = panels + ((<usize>l * <usize>depth) << 2);
          stripe(pairs, height, panel, depth, to, strideC, min(PANEL, width - l), add != 0 || k0 > 0, scratch);
        }
      }
    }
  }
}

/** A (k, m) to pairs of columns, [m/2][k][2]; a last odd column is paired with zeros. */
function packPairs(a: usize, lda: i32, k: i32, m: i32, to: usize): void {
  const stride = <usize>lda << 2;
  const size = <usize>k << 3;
  let row = 0;
  for (; row + 8 <= k; row += 8, a += 8 * stride, to += 64) {
    let i = 0;
    for (let out = to, from = a; i + 4 <= m; i += 4, out += 2 * size, from += 16) {
      for (let l: usize = 0; l < 8; l += 2) {
        const x = v128.load(from + l * stride), y = v128.load(from + l * stride + stride);
        v128.store(out + (l << 3), v128.shuffle<f64>(x, y, 0, 2));
        v128.store(out + size + (l << 3), v128.shuffle<f64>(x, y, 1, 3));
      }
    }
    for (let l = 0; l < 8; l++) packRow(a + <usize>l * stride, i, m, to + (<usize>l << 3), size);
  }
  for (; row < k; row++, a += stride, to += 8) packRow(a, 0, m, to, size);
}

/** One row of A from column i on, each pair of columns to its place. */
function packRow(a: usize, i: i32, m: i32, to: usize, size: usize): void {
  for (; i < m; i += 2) {
    const out = to + <usize>(i >> 1) * size;
    store<f32>(out, load<f32>(a + (<usize>i << 2)));
    store<f32>(out, i + 1 < m ? load<f32>(a + (<usize>i << 2), 4) : 0, 4);
  }
}

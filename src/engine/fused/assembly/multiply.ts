import { DEPTH, HEIGHT, PANEL, stripe } from './blocks';

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
  const pairs = scratch + 128;
  for (let row = 0; row < rows; row += HEIGHT) {
    const height = min(HEIGHT, rows - row);
    const c0 = c + <usize>row * strideC;
    for (let k0 = 0; k0 < k; k0 += DEPTH) {
      const depth = min(DEPTH, k - k0);
      packPairs(a + ((<usize>row * <usize>lda + <usize>k0) << 2), lda, height, depth, pairs);
      for (let j = 0; j < n; j += PANEL) {
        const panel = packed + ((<usize>j * <usize>k + <usize>k0 * PANEL) << 2);
        const to = c0 + (<usize>j << 2);
        stripe(pairs, height, panel, depth, to, strideC, min(PANEL, n - j), add != 0 || k0 > 0, scratch);
      }
    }
  }
}

/** A (rows, k) to pairs of rows, [rows/2][k][2]; a last odd row is paired with itself. */
function packPairs(a: usize, lda: i32, rows: i32, k: i32, to: usize): void {
  const stride = <usize>lda << 2;
  for (let row = 0; row < rows; row += 2, a += 2 * stride) {
    let p = a;
    let q = row + 1 < rows ? a + stride : a;
    let i = 0;
    for (; i + 4 <= k; i += 4, p += 16, q += 16, to += 32) {
      const x = v128.load(p), y = v128.load(q);
      v128.store(to, v128.shuffle<f32>(x, y, 0, 4, 1, 5));
      v128.store(to, v128.shuffle<f32>(x, y, 2, 6, 3, 7), 16);
    }
    for (; i < k; i++, p += 4, q += 4, to += 8) {
      store<f32>(to, load<f32>(p));
      store<f32>(to, load<f32>(q), 4);
    }
  }
}

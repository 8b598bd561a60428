// Products by pairs of rows: what 128-bit registers hold. The build for wider ones has groups.ts instead.
import { PANEL, spill } from './blocks';
import { madd } from './simd';

/**
 * Two rows of a product: c0, c1 (16) = [c0, c1 +] Σ_k a[k] (2) · panel[k] (16).
 * Eight accumulators and one panel vector at a time are what V8 keeps in registers; unrolling makes it spill.
 * @param a (k, 2) packed pair of rows
 * @param panel (k, 16)
 */
// @ts-ignore: decorator
@inline
function pair(a: usize, panel: usize, k: i32, c0: usize, c1: usize, add: bool): void {
  let s00 = f32x4.splat(0), s01 = s00, s02 = s00, s03 = s00; // (16)
  let s10 = s00, s11 = s00, s12 = s00, s13 = s00; // (16)
  let x: v128, y: v128, b: v128;
  for (let end = a + (<usize>k << 3); a < end; a += 8, panel += 64) {
    x = v128.load32_splat(a);
    y = v128.load32_splat(a, 4);
    b = v128.load(panel);
    s00 = madd(x, b, s00);
    s10 = madd(y, b, s10);
    b = v128.load(panel, 16);
    s01 = madd(x, b, s01);
    s11 = madd(y, b, s11);
    b = v128.load(panel, 32);
    s02 = madd(x, b, s02);
    s12 = madd(y, b, s12);
    b = v128.load(panel, 48);
    s03 = madd(x, b, s03);
    s13 = madd(y, b, s13);
  }
  if (add) {
    s00 = f32x4.add(s00, v128.load(c0));
    s01 = f32x4.add(s01, v128.load(c0, 16));
    s02 = f32x4.add(s02, v128.load(c0, 32));
    s03 = f32x4.add(s03, v128.load(c0, 48));
    s10 = f32x4.add(s10, v128.load(c1));
    s11 = f32x4.add(s11, v128.load(c1, 16));
    s12 = f32x4.add(s12, v128.load(c1, 32));
    s13 = f32x4.add(s13, v128.load(c1, 48));
  }
  v128.store(c0, s00);
  v128.store(c0, s01, 16);
  v128.store(c0, s02, 32);
  v128.store(c0, s03, 48);
  v128.store(c1, s10);
  v128.store(c1, s11, 16);
  v128.store(c1, s12, 32);
  v128.store(c1, s13, 48);
}

/**
 * C (rows, columns) = [C +] A (rows, k) · panel (k, columns), columns ≤ 16.
 * @param a packed pairs [rows/2][k][2]
 * @param strideC bytes from one row of C to the next
 * @param scratch SPILL bytes for what a whole block computes beyond the matrix
 */
export function pairStripe(
  a: usize, rows: i32, panel: usize, k: i32, c: usize, strideC: usize, columns: i32, add: bool, scratch: usize,
): void {
  let row = 0;
  if (columns == PANEL) {
    for (; row + 2 <= rows; row += 2, a += <usize>k << 3, c += 2 * strideC) pair(a, panel, k, c, c + strideC, add);
  }
  for (; row < rows; row += 2, a += <usize>k << 3, c += 2 * strideC) {
    pair(a, panel, k, scratch, scratch + 64, false);
    spill(scratch, min(2, rows - row), columns, c, strideC, add);
  }
}

/** A (rows, k) to pairs of rows, [rows/2][k][2]; a last odd row is paired with itself. */
export function packRowPairs(a: usize, lda: i32, rows: i32, k: i32, to: usize): void {
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

/** A (k, m) to pairs of columns, [m/2][k][2]; a last odd column is paired with zeros. */
export function packColumnPairs(a: usize, lda: i32, k: i32, m: i32, to: usize): void {
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

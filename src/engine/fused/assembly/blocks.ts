// The register block that all matrix products are made of, and the packed form of its left operand.
import { madd } from './simd';

/** Columns of a packed panel of B. */
export const PANEL: i32 = 16;
/** Steps of one block of k: a panel of it is 16 KB, half of a first-level cache. */
export const DEPTH: i32 = 256;
/** Rows of one block of A: with DEPTH steps it stays in the second-level cache while all panels pass by. */
export const HEIGHT: i32 = 256;

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
 * @param scratch 128 bytes for what a whole block computes beyond the matrix
 */
export function stripe(
  a: usize, rows: i32, panel: usize, k: i32, c: usize, strideC: usize, columns: i32, add: bool, scratch: usize,
): void {
  let row = 0;
  if (columns == PANEL) {
    for (; row + 2 <= rows; row += 2, a += <usize>k << 3, c += 2 * strideC) pair(a, panel, k, c, c + strideC, add);
  }
  for (; row < rows; row += 2, a += <usize>k << 3, c += 2 * strideC) {
    pair(a, panel, k, scratch, scratch + 64, false);
    spill(scratch, c, columns, add);
    if (row + 1 < rows) spill(scratch + 64, c + strideC, columns, add);
  }
}

/** Copies or adds the first `columns` floats at `from` to `to`: the part of a block that the matrix has. */
function spill(from: usize, to: usize, columns: i32, add: bool): void {
  for (let j = 0; j < columns; j++, from += 4, to += 4) {
    store<f32>(to, add ? load<f32>(to) + load<f32>(from) : load<f32>(from));
  }
}

// Products by pairs of rows: what 128-bit registers hold. The build for wider ones has groups.ts instead. Rows that are stored one
// after the other are taken as they lie; columns of a stored matrix are packed to pairs.
import { PANEL, spill } from './blocks';
import { madd } from './simd';

/**
 * Two rows of 16 or, if wide, 24 columns: c, c + strideC = [c, … +] Σ_k (a[k], a2[k]) · panel[k], the values of a row `step`
 * bytes apart.
 * Twelve sums hide the latency of the multipliers, eight do not quite. With twelve V8 has one register left for the panel, and
 * would load all of a step's vectors before the first is used. A condition that always holds (k is positive), but that no
 * compiler knows to, keeps each vector's products before the next vector; they differ, or they would be merged.
 */
// @ts-ignore: decorator
@inline
function pair(
  wide: bool, a: usize, a2: usize, step: usize, panel: usize, k: i32, c: usize, strideC: usize, add: bool,
): void {
  const zero = f32x4.splat(0);
  let s00 = zero, s01 = zero, s02 = zero, s03 = zero, s04 = zero, s05 = zero; // (24)
  let s10 = zero, s11 = zero, s12 = zero, s13 = zero, s14 = zero, s15 = zero; // (24)
  let x: v128, y: v128, b: v128;
  for (let end = a + <usize>k * step; a < end; a += step, a2 += step, panel += PANEL << 2) {
    x = v128.load32_splat(a);
    y = v128.load32_splat(a2);
    b = v128.load(panel);
    if (!wide || k != -1) {
      s00 = madd(x, b, s00);
      s10 = madd(y, b, s10);
    }
    b = v128.load(panel, 16);
    if (!wide || k != -2) {
      s01 = madd(x, b, s01);
      s11 = madd(y, b, s11);
    }
    b = v128.load(panel, 32);
    if (!wide || k != -3) {
      s02 = madd(x, b, s02);
      s12 = madd(y, b, s12);
    }
    b = v128.load(panel, 48);
    if (!wide || k != -4) {
      s03 = madd(x, b, s03);
      s13 = madd(y, b, s13);
    }
    if (wide) {
      b = v128.load(panel, 64);
      if (k != -5) {
        s04 = madd(x, b, s04);
        s14 = madd(y, b, s14);
      }
      b = v128.load(panel, 80);
      s05 = madd(x, b, s05);
      s15 = madd(y, b, s15);
    }
  }
  const row1 = c + strideC;
  if (add) {
    s00 = f32x4.add(s00, v128.load(c));
    s01 = f32x4.add(s01, v128.load(c, 16));
    s02 = f32x4.add(s02, v128.load(c, 32));
    s03 = f32x4.add(s03, v128.load(c, 48));
    s10 = f32x4.add(s10, v128.load(row1));
    s11 = f32x4.add(s11, v128.load(row1, 16));
    s12 = f32x4.add(s12, v128.load(row1, 32));
    s13 = f32x4.add(s13, v128.load(row1, 48));
    if (wide) {
      s04 = f32x4.add(s04, v128.load(c, 64));
      s05 = f32x4.add(s05, v128.load(c, 80));
      s14 = f32x4.add(s14, v128.load(row1, 64));
      s15 = f32x4.add(s15, v128.load(row1, 80));
    }
  }
  v128.store(c, s00);
  v128.store(c, s01, 16);
  v128.store(c, s02, 32);
  v128.store(c, s03, 48);
  v128.store(row1, s10);
  v128.store(row1, s11, 16);
  v128.store(row1, s12, 32);
  v128.store(row1, s13, 48);
  if (wide) {
    v128.store(c, s04, 64);
    v128.store(c, s05, 80);
    v128.store(row1, s14, 64);
    v128.store(row1, s15, 80);
  }
}

// Functions of their own, and kept so by being exported: inlined into the loop over the rows, V8 runs out of registers.

/** Two rows of 16 columns. */
export function twoBySixteen(
  a: usize, a2: usize, step: usize, panel: usize, k: i32, c: usize, strideC: usize, add: bool,
): void {
  pair(false, a, a2, step, panel, k, c, strideC, add);
}

/** Two rows of 24 columns. */
export function twoByTwentyFour(
  a: usize, a2: usize, step: usize, panel: usize, k: i32, c: usize, strideC: usize, add: bool,
): void {
  pair(true, a, a2, step, panel, k, c, strideC, add);
}

/** One row of 24 columns: six sums take two thirds of the time of twelve. */
export function oneByTwentyFour(a: usize, step: usize, panel: usize, k: i32, c: usize, add: bool): void {
  const zero = f32x4.splat(0);
  let s0 = zero, s1 = zero, s2 = zero, s3 = zero, s4 = zero, s5 = zero; // (24)
  let x: v128;
  for (let end = a + <usize>k * step; a < end; a += step, panel += PANEL << 2) {
    x = v128.load32_splat(a);
    s0 = madd(x, v128.load(panel), s0);
    s1 = madd(x, v128.load(panel, 16), s1);
    s2 = madd(x, v128.load(panel, 32), s2);
    s3 = madd(x, v128.load(panel, 48), s3);
    s4 = madd(x, v128.load(panel, 64), s4);
    s5 = madd(x, v128.load(panel, 80), s5);
  }
  if (add) {
    s0 = f32x4.add(s0, v128.load(c));
    s1 = f32x4.add(s1, v128.load(c, 16));
    s2 = f32x4.add(s2, v128.load(c, 32));
    s3 = f32x4.add(s3, v128.load(c, 48));
    s4 = f32x4.add(s4, v128.load(c, 64));
    s5 = f32x4.add(s5, v128.load(c, 80));
  }
  v128.store(c, s0);
  v128.store(c, s1, 16);
  v128.store(c, s2, 32);
  v128.store(c, s3, 48);
  v128.store(c, s4, 64);
  v128.store(c, s5, 80);
}

/** Four rows of 8 columns: for the last columns of a matrix. */
export function fourByEight(
  a: usize, a2: usize, a3: usize, a4: usize, step: usize, panel: usize, k: i32, c: usize, strideC: usize, add: bool,
): void {
  const zero = f32x4.splat(0);
  let s00 = zero, s01 = zero; // (8)
  let s10 = zero, s11 = zero; // (8)
  let s20 = zero, s21 = zero; // (8)
  let s30 = zero, s31 = zero; // (8)
  let x: v128, y: v128, z: v128, w: v128, b: v128;
  const end = a + <usize>k * step;
  for (; a < end; a += step, a2 += step, a3 += step, a4 += step, panel += PANEL << 2) {
    x = v128.load32_splat(a);
    y = v128.load32_splat(a2);
    z = v128.load32_splat(a3);
    w = v128.load32_splat(a4);
    b = v128.load(panel);
    s00 = madd(x, b, s00);
    s10 = madd(y, b, s10);
    s20 = madd(z, b, s20);
    s30 = madd(w, b, s30);
    b = v128.load(panel, 16);
    s01 = madd(x, b, s01);
    s11 = madd(y, b, s11);
    s21 = madd(z, b, s21);
    s31 = madd(w, b, s31);
  }
  const row1 = c + strideC, row2 = row1 + strideC, row3 = row2 + strideC;
  if (add) {
    s00 = f32x4.add(s00, v128.load(c));
    s01 = f32x4.add(s01, v128.load(c, 16));
    s10 = f32x4.add(s10, v128.load(row1));
    s11 = f32x4.add(s11, v128.load(row1, 16));
    s20 = f32x4.add(s20, v128.load(row2));
    s21 = f32x4.add(s21, v128.load(row2, 16));
    s30 = f32x4.add(s30, v128.load(row3));
    s31 = f32x4.add(s31, v128.load(row3, 16));
  }
  v128.store(c, s00);
  v128.store(c, s01, 16);
  v128.store(row1, s10);
  v128.store(row1, s11, 16);
  v128.store(row2, s20);
  v128.store(row2, s21, 16);
  v128.store(row3, s30);
  v128.store(row3, s31, 16);
}

/** Columns of the register block that computes so many of a panel: none are left over, or few. */
// @ts-ignore: decorator
@inline
function blockColumns(columns: i32): i32 {
  if (PANEL == 16) return 16;
  return columns <= 8 ? 8 : columns <= 16 ? 16 : 24;
}

/**
 * C (rows, columns) = [C +] A (rows, k) · panel (k, columns), columns ≤ PANEL.
 * @param a rows as they are stored, or packed pairs [rows/2][k][2]
 * @param second bytes from a pair's first row to its second
 * @param next bytes from one pair to the next
 * @param step bytes from one value of a row to the next
 * @param strideC bytes from one row of C to the next
 * @param scratch SPILL bytes for what a whole block computes beyond the matrix
 */
export function pairStripe(
  a: usize, second: usize, next: usize, step: usize, rows: i32,
  panel: usize, k: i32, c: usize, strideC: usize, columns: i32, add: bool, scratch: usize,
): void {
  const width = blockColumns(columns);
  const most = width == 8 ? 4 : 2;
  const least = width == 24 ? 1 : most;
  for (let row = 0; row < rows; row += most, a += width == 8 ? 2 * next : next, c += <usize>most * strideC) {
    const height = min(most, rows - row);
    const whole = columns == width && height >= least;
    const to = whole ? c : scratch;
    const stride = whole ? strideC : PANEL << 2;
    const a2 = height > 1 ? a + second : a; // rows beyond the last one are the first once more, and not wanted
    if (width == 24 && height == 1) oneByTwentyFour(a, step, panel, k, to, whole && add);
    else if (width == 24) twoByTwentyFour(a, a2, step, panel, k, to, stride, whole && add);
    else if (width == 16) twoBySixteen(a, a2, step, panel, k, to, stride, whole && add);
    else {
      const a3 = height > 2 ? a + next : a, a4 = height > 3 ? a3 + second : a;
      fourByEight(a, a2, a3, a4, step, panel, k, to, stride, whole && add);
    }
    if (!whole) spill(scratch, height, columns, c, strideC, add);
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

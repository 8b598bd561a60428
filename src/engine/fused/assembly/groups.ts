// Products by groups of four to six rows: what 256-bit registers hold where V8 widens pairs of 128-bit instructions; narrower
// ones would not hold a sixth of it.
import { PANEL, spill } from './blocks';
import { madd } from './simd';

/** Most rows of a group, and fewest: fewer would leave the multipliers waiting for one another's sums. */
const MOST: i32 = 6;
const FEWEST: i32 = 4;

/** In how many groups so many rows are taken. */
// @ts-ignore: decorator
@inline
function groupsOf(rows: i32): i32 {
  return (rows + MOST - 1) / MOST;
}

/** Rows of group i of `groups`, dealt evenly: four to six each, but for one of three where there are seven or fewer than four. */
// @ts-ignore: decorator
@inline
function groupRows(rows: i32, groups: i32, i: i32): i32 {
  return (rows * (i + 1)) / groups - (rows * i) / groups;
}

/** Rows that a group of so many has when packed. */
// @ts-ignore: decorator
@inline
function packedRows(rows: i32): i32 {
  return max(rows, FEWEST);
}

/** Rows that all groups of so many rows have when packed. */
export function groupsHeight(rows: i32): i32 {
  const groups = groupsOf(rows);
  let height = 0;
  for (let i = 0; i < groups; i++) height += packedRows(groupRows(rows, groups, i));
  return height;
}

/** One step of k in a packed group: its size tells the compiler how many rows a register block has. */
@unmanaged
class Four {
  row0: f32;
  row1: f32;
  row2: f32;
  row3: f32;
}

@unmanaged
class Five extends Four {
  row4: f32;
}

@unmanaged
class Six extends Five {
  row5: f32;
}

/**
 * The rows of a group: C (R, 16) = [C +] Σ_k a[k] (R) · panel[k] (16). Pairs of vectors stand next to each other, as V8's
 * widening wants them: up to twelve wide sums, two wide vectors of the panel and one value of A.
 * @param a (k, R) packed group of rows, or R columns of a stored matrix
 * @param step bytes from one k to the next
 * @param panel (k, 16)
 */
// @ts-ignore: decorator
@inline
function block<Step>(a: usize, step: usize, panel: usize, k: i32, c: usize, strideC: usize, add: bool): void {
  const zero = f32x4.splat(0);
  let s00 = zero, s01 = zero, s02 = zero, s03 = zero; // (16)
  let s10 = zero, s11 = zero, s12 = zero, s13 = zero; // (16)
  let s20 = zero, s21 = zero, s22 = zero, s23 = zero; // (16)
  let s30 = zero, s31 = zero, s32 = zero, s33 = zero; // (16)
  let s40 = zero, s41 = zero, s42 = zero, s43 = zero; // (16)
  let s50 = zero, s51 = zero, s52 = zero, s53 = zero; // (16)
  let x: v128, b0: v128, b1: v128, b2: v128, b3: v128;
  for (let end = a + <usize>k * step; a < end; a += step, panel += PANEL << 2) {
    b0 = v128.load(panel);
    b1 = v128.load(panel, 16);
    b2 = v128.load(panel, 32);
    b3 = v128.load(panel, 48);
    x = v128.load32_splat(a);
    s00 = madd(x, b0, s00);
    s01 = madd(x, b1, s01);
    s02 = madd(x, b2, s02);
    s03 = madd(x, b3, s03);
    x = v128.load32_splat(a, 4);
    s10 = madd(x, b0, s10);
    s11 = madd(x, b1, s11);
    s12 = madd(x, b2, s12);
    s13 = madd(x, b3, s13);
    x = v128.load32_splat(a, 8);
    s20 = madd(x, b0, s20);
    s21 = madd(x, b1, s21);
    s22 = madd(x, b2, s22);
    s23 = madd(x, b3, s23);
    x = v128.load32_splat(a, 12);
    s30 = madd(x, b0, s30);
    s31 = madd(x, b1, s31);
    s32 = madd(x, b2, s32);
    s33 = madd(x, b3, s33);
    if (offsetof<Step>() >= offsetof<Five>()) {
      x = v128.load32_splat(a, 16);
      s40 = madd(x, b0, s40);
      s41 = madd(x, b1, s41);
      s42 = madd(x, b2, s42);
      s43 = madd(x, b3, s43);
    }
    if (offsetof<Step>() >= offsetof<Six>()) {
      x = v128.load32_splat(a, 20);
      s50 = madd(x, b0, s50);
      s51 = madd(x, b1, s51);
      s52 = madd(x, b2, s52);
      s53 = madd(x, b3, s53);
    }
  }
  const row1 = c + strideC, row2 = row1 + strideC, row3 = row2 + strideC, row4 = row3 + strideC, row5 = row4 + strideC;
  if (add) {
    s00 = f32x4.add(s00, v128.load(c));
    s01 = f32x4.add(s01, v128.load(c, 16));
    s02 = f32x4.add(s02, v128.load(c, 32));
    s03 = f32x4.add(s03, v128.load(c, 48));
    s10 = f32x4.add(s10, v128.load(row1));
    s11 = f32x4.add(s11, v128.load(row1, 16));
    s12 = f32x4.add(s12, v128.load(row1, 32));
    s13 = f32x4.add(s13, v128.load(row1, 48));
    s20 = f32x4.add(s20, v128.load(row2));
    s21 = f32x4.add(s21, v128.load(row2, 16));
    s22 = f32x4.add(s22, v128.load(row2, 32));
    s23 = f32x4.add(s23, v128.load(row2, 48));
    s30 = f32x4.add(s30, v128.load(row3));
    s31 = f32x4.add(s31, v128.load(row3, 16));
    s32 = f32x4.add(s32, v128.load(row3, 32));
    s33 = f32x4.add(s33, v128.load(row3, 48));
    if (offsetof<Step>() >= offsetof<Five>()) {
      s40 = f32x4.add(s40, v128.load(row4));
      s41 = f32x4.add(s41, v128.load(row4, 16));
      s42 = f32x4.add(s42, v128.load(row4, 32));
      s43 = f32x4.add(s43, v128.load(row4, 48));
    }
    if (offsetof<Step>() >= offsetof<Six>()) {
      s50 = f32x4.add(s50, v128.load(row5));
      s51 = f32x4.add(s51, v128.load(row5, 16));
      s52 = f32x4.add(s52, v128.load(row5, 32));
      s53 = f32x4.add(s53, v128.load(row5, 48));
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
  v128.store(row2, s20);
  v128.store(row2, s21, 16);
  v128.store(row2, s22, 32);
  v128.store(row2, s23, 48);
  v128.store(row3, s30);
  v128.store(row3, s31, 16);
  v128.store(row3, s32, 32);
  v128.store(row3, s33, 48);
  if (offsetof<Step>() >= offsetof<Five>()) {
    v128.store(row4, s40);
    v128.store(row4, s41, 16);
    v128.store(row4, s42, 32);
    v128.store(row4, s43, 48);
  }
  if (offsetof<Step>() >= offsetof<Six>()) {
    v128.store(row5, s50);
    v128.store(row5, s51, 16);
    v128.store(row5, s52, 32);
    v128.store(row5, s53, 48);
  }
}

// Functions of their own, and kept so by being exported: inlined into the loop over the groups, V8 runs out of registers.

/** A block of four rows. */
export function fourRows(
  a: usize, step: usize, panel: usize, k: i32, c: usize, strideC: usize, add: bool,
): void {
  block<Four>(a, step, panel, k, c, strideC, add);
}

/** A block of five rows. */
export function fiveRows(
  a: usize, step: usize, panel: usize, k: i32, c: usize, strideC: usize, add: bool,
): void {
  block<Five>(a, step, panel, k, c, strideC, add);
}

/** A block of six rows. */
export function sixRows(
  a: usize, step: usize, panel: usize, k: i32, c: usize, strideC: usize, add: bool,
): void {
  block<Six>(a, step, panel, k, c, strideC, add);
}

/**
 * C (rows, columns) = [C +] A (rows, k) · panel (k, columns), columns ≤ 16.
 * @param a packed groups of rows, [groups][k][R], or Aᵀ as it is stored
 * @param lines bytes from one row of the stored Aᵀ to the next; 0 if A is packed
 * @param strideC bytes from one row of C to the next
 * @param scratch SPILL bytes for what a whole block computes beyond the matrix
 */
export function groupStripe(
  a: usize, lines: usize, rows: i32, panel: usize, k: i32, c: usize, strideC: usize, columns: i32, add: bool, scratch: usize,
): void {
  const groups = groupsOf(rows);
  for (let i = 0; i < groups; i++) {
    const R = groupRows(rows, groups, i);
    const packed = <usize>packedRows(R) << 2;
    const step = lines ? lines : packed;
    const whole = columns == PANEL && R >= FEWEST;
    const to = whole ? c : scratch;
    const stride = whole ? strideC : PANEL << 2;
    if (R == 6) sixRows(a, step, panel, k, to, stride, whole && add);
    else if (R == 5) fiveRows(a, step, panel, k, to, stride, whole && add);
    else fourRows(a, step, panel, k, to, stride, whole && add);
    if (!whole) spill(scratch, R, columns, c, strideC, add);
    a += lines ? <usize>R << 2 : <usize>k * packed;
    c += <usize>R * strideC;
  }
}

/** A (rows, k) to groups of rows, [groups][k][R]; a group of fewer than four repeats its last row. */
export function packRowGroups(a: usize, lda: i32, rows: i32, k: i32, to: usize): void {
  const stride = <usize>lda << 2;
  const groups = groupsOf(rows);
  for (let g = 0; g < groups; g++) {
    const R = groupRows(rows, groups, g);
    const step = <usize>packedRows(R) << 2;
    const last = a + <usize>(R - 1) * stride;
    packFour(a, min(a + stride, last), min(a + 2 * stride, last), min(a + 3 * stride, last), k, to, step);
    if (R == 5) packOne(last, k, to + 16, step);
    if (R == 6) packTwo(last - stride, last, k, to + 16, step);
    a += <usize>R * stride;
    to += <usize>k * step;
  }
}

/** Four rows of k floats to k columns of four, `step` bytes apart. */
// @ts-ignore: decorator
@inline
function packFour(p: usize, q: usize, r: usize, s: usize, k: i32, to: usize, step: usize): void {
  let i = 0;
  for (; i + 4 <= k; i += 4, p += 16, q += 16, r += 16, s += 16) {
    const a = v128.load(p), b = v128.load(q), c = v128.load(r), d = v128.load(s);
    const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5), ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
    const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5), cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<f64>(ab0, cd0, 0, 2));
    to += step;
    v128.store(to, v128.shuffle<f64>(ab0, cd0, 1, 3));
    to += step;
    v128.store(to, v128.shuffle<f64>(ab1, cd1, 0, 2));
    to += step;
    v128.store(to, v128.shuffle<f64>(ab1, cd1, 1, 3));
    to += step;
  }
  for (; i < k; i++, p += 4, q += 4, r += 4, s += 4, to += step) {
    store<f32>(to, load<f32>(p));
    store<f32>(to, load<f32>(q), 4);
    store<f32>(to, load<f32>(r), 8);
    store<f32>(to, load<f32>(s), 12);
  }
}

/** Two rows of k floats to k pairs, `step` bytes apart. */
// @ts-ignore: decorator
@inline
function packTwo(p: usize, q: usize, k: i32, to: usize, step: usize): void {
  for (let i = 0; i < k; i++, p += 4, q += 4, to += step) {
    store<f32>(to, load<f32>(p));
    store<f32>(to, load<f32>(q), 4);
  }
}

/** One row of k floats to k places, `step` bytes apart. */
// @ts-ignore: decorator
@inline
function packOne(p: usize, k: i32, to: usize, step: usize): void {
  for (let i = 0; i < k; i++, p += 4, to += step) store<f32>(to, load<f32>(p));
}

/** Rows that are packed together: their lines stay in the first-level cache while all groups take their part. */
const ROWS: i32 = 8;

/** A (k, m) to groups of columns, [groups][k][R]; a group of fewer than four is filled up with zeros. */
export function packColumnGroups(a: usize, lda: i32, k: i32, m: i32, to: usize): void {
  const stride = <usize>lda << 2;
  const groups = groupsOf(m);
  for (let row = 0; row < k; row += ROWS, a += ROWS * stride) {
    const rows = min(ROWS, k - row);
    let from = a;
    let group = to;
    for (let g = 0; g < groups; g++) {
      const R = groupRows(m, groups, g);
      const step = <usize>packedRows(R) << 2;
      let out = group + <usize>row * step;
      for (let l = 0, p = from; l < rows; l++, p += stride, out += step) {
        if (R >= FEWEST) v128.store(out, v128.load(p));
        if (R == 6) store<u64>(out, load<u64>(p, 16), 16);
        else if (R == 5) store<f32>(out, load<f32>(p, 16), 16);
        else if (R < FEWEST) {
          for (let j = 0; j < FEWEST; j++) store<f32>(out + (<usize>j << 2), j < R ? load<f32>(p + (<usize>j << 2)) : 0);
        }
      }
      from += <usize>R << 2;
      group += <usize>k * step;
    }
  }
}

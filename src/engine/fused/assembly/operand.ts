// The left operand of a product in the form that this build's registers take: pairs or larger groups of rows.
import { GROUPED } from './blocks';
import { groupsHeight, groupStripe, packColumnGroups, packRowGroups } from './groups';
import { packColumnPairs, pairStripe } from './pairs';

/**
 * Makes A (rows, k), its rows `lda` floats apart, ready for `rowStripe`.
 * @param scratch where it is packed, if it has to be
 * @returns its address
 */
export function takeRows(a: usize, lda: i32, rows: i32, k: i32, scratch: usize): usize {
  if (!GROUPED) return a;
  packRowGroups(a, lda, rows, k, scratch);
  return scratch;
}

/** C (rows, columns) = [C +] A (rows, k) · panel (k, columns), A from `takeRows`, its rows `lda` floats apart; columns ≤ PANEL. */
export function rowStripe(
  a: usize, lda: i32, rows: i32, panel: usize, k: i32, c: usize, strideC: usize, columns: i32, add: bool, scratch: usize,
): void {
  const stride = <usize>lda << 2;
  if (GROUPED) groupStripe(a, 0, rows, panel, k, c, strideC, columns, add, scratch);
  else pairStripe(a, stride, 2 * stride, 4, rows, panel, k, c, strideC, columns, add, scratch);
}

/** Packs Aᵀ (m, k) of a stored A (k, m), its rows `lda` floats apart. */
export function packColumnsOfLeft(a: usize, lda: i32, k: i32, m: i32, to: usize): void {
  if (GROUPED) packColumnGroups(a, lda, k, m, to);
  else packColumnPairs(a, lda, k, m, to);
}

/** Rows that Aᵀ (m, k) has once it is packed: at most m rounded up to a multiple of four. */
export function packedHeight(m: i32): i32 {
  return GROUPED ? groupsHeight(m) : (m + 1) & ~1;
}

/**
 * C (m, columns) = [C +] Aᵀ (m, k) · panel (k, columns); columns ≤ PANEL.
 * @param a A (k, m), its rows `lda` floats apart, or, with lda 0, Aᵀ from `packColumnsOfLeft`
 */
export function columnStripe(
  a: usize, lda: i32, m: i32, panel: usize, k: i32, c: usize, strideC: usize, columns: i32, add: bool, scratch: usize,
): void {
  const stride = <usize>lda << 2;
  if (GROUPED) groupStripe(a, stride, m, panel, k, c, strideC, columns, add, scratch);
  else if (lda) pairStripe(a, 4, 8, stride, m, panel, k, c, strideC, columns, add, scratch);
  else pairStripe(a, 4, <usize>k << 3, 8, m, panel, k, c, strideC, columns, add, scratch);
}

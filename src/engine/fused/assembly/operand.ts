// The left operand of a product in the form that this build's registers take: pairs or larger groups of rows.
import { groupStripe, packColumnGroups, packRowGroups } from './groups';
import { packColumnPairs, packRowPairs, pairStripe } from './pairs';

/** Packs A (rows, k), its rows `lda` floats apart. */
export function packRows(a: usize, lda: i32, rows: i32, k: i32, to: usize): void {
  // @ts-ignore: WIDE
  if (WIDE) packRowGroups(a, lda, rows, k, to);
  else packRowPairs(a, lda, rows, k, to);
}

/** Packs Aᵀ (m, k) of a stored A (k, m), its rows `lda` floats apart. */
export function packColumnsOfLeft(a: usize, lda: i32, k: i32, m: i32, to: usize): void {
  // @ts-ignore: WIDE
  if (WIDE) packColumnGroups(a, lda, k, m, to);
  else packColumnPairs(a, lda, k, m, to);
}

/** C (rows, columns) = [C +] A (rows, k) · panel (k, columns), A packed, columns ≤ PANEL. */
export function stripe(
  a: usize, rows: i32, panel: usize, k: i32, c: usize, strideC: usize, columns: i32, add: bool, scratch: usize,
): void {
  // @ts-ignore: WIDE
  if (WIDE) groupStripe(a, rows, panel, k, c, strideC, columns, add, scratch);
  else pairStripe(a, rows, panel, k, c, strideC, columns, add, scratch);
}

// Sizes that all matrix products share, and what is done at a matrix's edge.

/**
 * Whether rows are taken by groups, not by pairs: in the build for a V8 that widens to 256 bits, whose compilation sets WIDE to 1 on
 * the command line, where no type checker sees it.
 */
// @ts-ignore: WIDE
export const GROUPED: bool = WIDE != 0;

/**
 * Columns of a packed panel of B: 24 where two rows of sums, their two values of A and one vector of B fill the registers that V8
 * has; 16 where a product needs a register before it is added, and where rows are taken by groups.
 */
export const PANEL: i32 = ASC_FEATURE_RELAXED_SIMD && !GROUPED ? 24 : 16;
/** Most steps of one block of k: a panel of it is 16 or 24 KB, which a first-level cache holds. */
export const DEPTH: i32 = 256;
/** Rows of one block of A: with DEPTH steps it stays in the second-level cache while all panels pass by. */
export const HEIGHT: i32 = 256;
/** Bytes of scratch memory for a register block that reaches beyond the matrix: (6, 16), or (4, 24). */
export const SPILL: usize = 384;

/** Steps of a block, about, where there are several: they leave the cache room for what else passes through it. */
const SEVERAL: i32 = 192;

/** Steps of the blocks of k, of even size. */
export function blockDepth(k: i32): i32 {
  if (k <= DEPTH) return k;
  const blocks = (k + SEVERAL - 1) / SEVERAL;
  return (k + blocks - 1) / blocks;
}

/** Columns of a packed panel, for those who pack and share out. */
export function panelColumns(): i32 {
  return PANEL;
}

/** Copies or adds the part of a register block, its rows PANEL floats apart, that the matrix has, (rows, columns). */
export function spill(from: usize, rows: i32, columns: i32, to: usize, strideC: usize, add: bool): void {
  const bytes = <usize>columns << 2;
  for (let row = 0; row < rows; row++, from += PANEL << 2, to += strideC) {
    let j: usize = 0;
    for (; j + 16 <= bytes; j += 16) {
      const x = v128.load(from + j);
      v128.store(to + j, add ? f32x4.add(v128.load(to + j), x) : x);
    }
    for (; j < bytes; j += 4) {
      const x = load<f32>(from + j);
      store<f32>(to + j, add ? load<f32>(to + j) + x : x);
    }
  }
}

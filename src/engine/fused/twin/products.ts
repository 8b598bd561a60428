import type { Kernels } from '../kernels';
import type { Memory } from './memory';

/** The matrix products one sum at a time, and the packed form of their right operand in panels of so many columns. */
export function productTwins(
  { floats: m }: Memory,
  columns: number,
): Pick<
  Kernels,
  | 'multiply'
  | 'packLeft'
  | 'outer'
  | 'packColumns'
  | 'packTransposed'
  | 'vectorMatrix'
  | 'matrixVector'
  | 'panelColumns'
> {
  /** C[i, j] (rows, n) = [C +] Σ_k left(i, k) · right(k, j). */
  const sumUp = (
    size: readonly [rows: number, k: number, n: number],
    left: (i: number, k: number) => number,
    right: (k: number, j: number) => number,
    c: number,
    ldc: number,
    add: number,
  ) => {
    const [rows, depth, n] = size;
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < n; j++) {
        let sum = add ? m[c / 4 + i * ldc + j] : 0;
        for (let k = 0; k < depth; k++) sum += left(i, k) * right(k, j);
        m[c / 4 + i * ldc + j] = sum;
      }
    }
  };
  /** Place of entry (i, j) of a (k, n) matrix among its packed panels. */
  const panelled = (k: number, i: number, j: number) => (Math.floor(j / columns) * k + i) * columns + (j % columns);
  const pack = (
    k: number,
    n: number,
    to: number,
    [first, last]: readonly [number, number],
    at: (i: number, j: number) => number,
  ) => {
    for (let j = first * columns; j < last * columns; j++) {
      for (let i = 0; i < k; i++) m[to / 4 + panelled(k, i, j)] = j < n ? at(i, j) : 0;
    }
  };
  return {
    panelColumns: () => columns,
    multiply(a, lda, rows, packed, k, n, c, ldc, add) {
      const left = (i: number, l: number) => m[a / 4 + i * lda + l];
      const right = (l: number, j: number) => m[packed / 4 + panelled(k, l, j)];
      sumUp([rows, k, n], left, right, c, ldc, add);
    },
    packLeft(a, lda, k, rows, to) {
      for (let i = 0; i < rows; i++) {
        for (let l = 0; l < k; l++) m[to / 4 + i * k + l] = m[a / 4 + l * lda + i];
      }
    },
    outer(a, lda, rows, b, ldb, k, n, c, ldc, add) {
      const left = (i: number, l: number) => m[a / 4 + (lda ? l * lda + i : i * k + l)];
      const right = (l: number, j: number) => m[b / 4 + l * ldb + j];
      sumUp([rows, k, n], left, right, c, ldc, add);
    },
    packColumns(b, ld, k, n, to, first, last) {
      pack(k, n, to, [first, last], (i, j) => m[b / 4 + i * ld + j]);
    },
    packTransposed(b, ld, k, n, to, first, last) {
      pack(k, n, to, [first, last], (i, j) => m[b / 4 + j * ld + i]);
    },
    vectorMatrix(x, k, w, ld, n, y) {
      const right = (l: number, j: number) => m[w / 4 + l * ld + j];
      sumUp([1, k, n], (_, l) => m[x / 4 + l], right, y, n, 1);
    },
    matrixVector(x, k, w, n, y) {
      const right = (l: number, j: number) => m[w / 4 + j * k + l];
      sumUp([1, k, n], (_, l) => m[x / 4 + l], right, y, n, 1);
    },
  };
}

import { PANEL } from './blocks';

/** Panels that are packed side by side: one row of them lies on few pages and lines. */
export const SIDE: i32 = 4;

/** Bytes of one row of a panel. */
const ROW: usize = PANEL << 2;

/**
 * B (k, n) to panels, [n/PANEL][k][PANEL], the last one filled up with zeros.
 * @param ld floats from one row of B to the next
 * @param first, last range of panels to pack, so that threads can share the work
 */
export function packColumns(b: usize, ld: i32, k: i32, n: i32, to: usize, first: i32, last: i32): void {
  const stride = <usize>ld << 2;
  const size = <usize>k * ROW;
  const whole = min(last, n / PANEL);
  let p = first;
  for (; p < whole; p += SIDE) {
    const panels = min(SIDE, whole - p);
    let from = b + <usize>p * ROW;
    let out = to + <usize>p * size;
    for (let i = 0; i < k; i++, from += stride, out += ROW) {
      for (let l = 0, x = from, y = out; l < panels; l++, x += ROW, y += size) {
        v128.store(y, v128.load(x));
        v128.store(y, v128.load(x, 16), 16);
        v128.store(y, v128.load(x, 32), 32);
        v128.store(y, v128.load(x, 48), 48);
        if (PANEL == 24) {
          v128.store(y, v128.load(x, 64), 64);
          v128.store(y, v128.load(x, 80), 80);
        }
      }
    }
  }
  if (whole == last) return;
  const columns = n - whole * PANEL;
  let from = b + <usize>whole * ROW;
  let out = to + <usize>whole * size;
  for (let i = 0; i < k; i++, from += stride, out += ROW) {
    for (let j = 0; j < PANEL; j++) {
      store<f32>(out + (<usize>j << 2), j < columns ? load<f32>(from + (<usize>j << 2)) : 0);
    }
  }
}

/**
 * Bᵀ of a stored B (n, k) to panels, [n/PANEL][k][PANEL], the last one filled up with zeros: packs the
 * (k, n) matrix whose entry (i, j) is B[j, i].
 * @param ld floats from one row of the stored B to the next
 */
export function packTransposed(b: usize, ld: i32, k: i32, n: i32, to: usize, first: i32, last: i32): void {
  const stride = <usize>ld << 2;
  to += <usize>first * <usize>k * ROW;
  for (let p = first; p < last; p++, to += <usize>k * ROW) {
    const from = b + <usize>p * PANEL * stride;
    const columns = min(PANEL, n - p * PANEL);
    for (let j = 0; j < PANEL; j += 4) {
      const source = from + <usize>j * stride;
      const target = to + (<usize>j << 2);
      if (j + 4 <= columns) transposeFour(source, stride, k, target);
      else {
        for (let l = 0; l < 4; l++) {
          for (let i = 0; i < k; i++) {
            const x = j + l < columns ? load<f32>(source + <usize>l * stride + (<usize>i << 2)) : <f32>0;
            store<f32>(target + <usize>i * ROW + (<usize>l << 2), x);
          }
        }
      }
    }
  }
}

/** Four rows of k floats to k rows of four floats, a panel's row apart. */
function transposeFour(from: usize, stride: usize, k: i32, to: usize): void {
  let i = 0;
  for (; i + 4 <= k; i += 4, from += 16, to += 4 * ROW) {
    const a = v128.load(from), b = v128.load(from + stride), c = v128.load(from + 2 * stride), d = v128.load(from + 3 * stride);
    const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5), ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
    const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5), cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<f64>(ab0, cd0, 0, 2));
    v128.store(to, v128.shuffle<f64>(ab0, cd0, 1, 3), ROW);
    v128.store(to, v128.shuffle<f64>(ab1, cd1, 0, 2), 2 * ROW);
    v128.store(to, v128.shuffle<f64>(ab1, cd1, 1, 3), 3 * ROW);
  }
  for (; i < k; i++, from += 4, to += ROW) {
    for (let l = 0; l < 4; l++) store<f32>(to + (<usize>l << 2), load<f32>(from + <usize>l * stride));
  }
}

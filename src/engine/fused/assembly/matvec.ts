import { madd, sum } from './simd';

/**
 * y (n) += x (k) · W (k, n) for one row, W unpacked: four rows of W at a time stream through the registers, a cache line of each.
 * @param ld floats from one row of W to the next
 */
export function vectorMatrix(x: usize, k: i32, w: usize, ld: i32, n: i32, y: usize): void {
  const stride = <usize>ld << 2;
  const bytes = <usize>n << 2;
  let i = 0;
  for (; i + 4 <= k; i += 4, x += 16, w += 4 * stride) {
    const x0 = v128.load32_splat(x), x1 = v128.load32_splat(x, 4), x2 = v128.load32_splat(x, 8), x3 = v128.load32_splat(x, 12);
    let j: usize = 0;
    for (; j + 64 <= bytes; j += 64) {
      addFour(x0, x1, x2, x3, w + j, stride, y + j);
      addFour(x0, x1, x2, x3, w + j + 16, stride, y + j + 16);
      addFour(x0, x1, x2, x3, w + j + 32, stride, y + j + 32);
      addFour(x0, x1, x2, x3, w + j + 48, stride, y + j + 48);
    }
    for (; j + 16 <= bytes; j += 16) addFour(x0, x1, x2, x3, w + j, stride, y + j);
    for (; j < bytes; j += 4) {
      let s = load<f32>(y + j);
      for (let l: usize = 0; l < 4; l++) s += load<f32>(x + 4 * l) * load<f32>(w + l * stride + j);
      store<f32>(y + j, s);
    }
  }
  for (; i < k; i++, x += 4, w += stride) {
    const x0 = v128.load32_splat(x);
    let j: usize = 0;
    for (; j + 16 <= bytes; j += 16) v128.store(y + j, madd(x0, v128.load(w + j), v128.load(y + j)));
    for (; j < bytes; j += 4) store<f32>(y + j, load<f32>(y + j) + load<f32>(x) * load<f32>(w + j));
  }
}

/** Four columns: y += x₀ w₀ + x₁ w₁ + x₂ w₂ + x₃ w₃, the rows of W `stride` bytes apart. */
// @ts-ignore: decorator
@inline
function addFour(x0: v128, x1: v128, x2: v128, x3: v128, w: usize, stride: usize, y: usize): void {
  const w2 = w + 2 * stride;
  let s = madd(x0, v128.load(w), v128.load(y));
  let u = f32x4.mul(x1, v128.load(w + stride));
  s = madd(x2, v128.load(w2), s);
  u = madd(x3, v128.load(w2 + stride), u);
  v128.store(y, f32x4.add(s, u));
}

/** y (n) += W (n, k) · x (k), row by row: the tied output layer for one row. */
export function matrixVector(x: usize, k: i32, w: usize, n: i32, y: usize): void {
  const bytes = <usize>k << 2;
  for (let row = 0; row < n; row++, w += bytes, y += 4) {
    let s = f32x4.splat(0), u = s;
    let j: usize = 0;
    for (; j + 32 <= bytes; j += 32) {
      s = madd(v128.load(x + j), v128.load(w + j), s);
      u = madd(v128.load(x + j, 16), v128.load(w + j, 16), u);
    }
    let rest = sum(f32x4.add(s, u));
    for (; j < bytes; j += 4) rest += load<f32>(x + j) * load<f32>(w + j);
    store<f32>(y, load<f32>(y) + rest);
  }
}

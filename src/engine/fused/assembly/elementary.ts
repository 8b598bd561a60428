// eˣ, σ and tanh on four lanes.
import { madd, read, write } from './simd';

/**
 * Their constants lie in memory: a vector that is loaded costs one instruction, one that V8 makes on the spot three, each time
 * round. The compiler's --memoryBase puts them at the top of the control block (control.ts), where every thread's instance
 * writes the same values.
 */
const constants = memory.data<f32>([
  80, -80, 1.4426950408889634, 12582912, -0.693359375, 2.12194440054691e-4, // EXP
  0.001388888888888889, 0.008333333333333333, 0.041666666666666664, 0.16666666666666666, 0.5, 1,
  9, -9, // TANH
  1.78381077e-11, -1.25910775e-8, 9.19501781e-6, 0.00291198632, 0.12910676, 0.999999762,
  0.000226939912, 0.0237261355, 0.46243909, -1,
]);
const HALF: usize = 10;
const ONE: usize = 11;
const TANH: usize = 12;

/** One of the constants on four lanes. */
// @ts-ignore: decorator
@inline
function constant(index: usize): v128 {
  return v128.load32_splat(constants + (index << 2));
}

/**
 * eˣ on four lanes, relative error below 3e-7, x clamped to ±80; NaN stays NaN.
 * x = n·ln 2 + r, |r| ≤ ln 2 / 2; eʳ by its Taylor series to r⁶; 2ⁿ by adding n to the exponent's bits.
 */
// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  x = f32x4.pmax(f32x4.pmin(x, constant(0)), constant(1));
  const round = constant(3); // 1.5·2²³: adding it leaves n in the low bits
  const shifted = madd(x, constant(2), round);
  const n = f32x4.sub(shifted, round);
  let r = madd(n, constant(4), x);
  r = madd(n, constant(5), r);
  let p = madd(r, constant(6), constant(7));
  p = madd(p, r, constant(8));
  p = madd(p, r, constant(9));
  p = madd(p, r, constant(HALF));
  p = madd(p, r, constant(ONE));
  p = madd(p, r, constant(ONE));
  return i32x4.add(p, i32x4.shl(shifted, 23));
}

/**
 * tanh x on four lanes, absolute error below 1e-6, never beyond ±1, exactly ±1 from ±9 on; NaN stays NaN.
 * x·P(x²)/Q(x²), P of degree 5 and Q of degree 3, fitted to tanh on (0, 9] for the least largest error (5e-8, before rounding).
 */
// @ts-ignore: decorator
@inline
export function tanh(x: v128): v128 {
  x = f32x4.pmax(f32x4.pmin(x, constant(TANH)), constant(TANH + 1));
  const s = f32x4.mul(x, x);
  let p = madd(s, constant(TANH + 2), constant(TANH + 3));
  p = madd(p, s, constant(TANH + 4));
  p = madd(p, s, constant(TANH + 5));
  p = madd(p, s, constant(TANH + 6));
  p = madd(p, s, constant(TANH + 7));
  let q = madd(s, constant(TANH + 8), constant(TANH + 9));
  q = madd(q, s, constant(TANH + 10));
  q = madd(q, s, constant(ONE));
  return f32x4.pmax(f32x4.pmin(f32x4.div(f32x4.mul(x, p), q), constant(ONE)), constant(TANH + 11));
}

/** σ(x) = ½ + ½·tanh(x/2) on four lanes, absolute error below 1e-6. */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  const half = constant(HALF);
  return madd(tanh(f32x4.mul(x, half)), half, half);
}

/** σ in place on a row of so many bytes: two vectors at a time, which share the constants that are loaded. */
export function sigmoidRow(x: usize, bytes: usize): void {
  const end = x + bytes;
  for (; x + 32 <= end; x += 32) {
    const a = sigmoid(v128.load(x)), b = sigmoid(v128.load(x, 16));
    v128.store(x, a);
    v128.store(x, b, 16);
  }
  for (; x + 16 <= end; x += 16) v128.store(x, sigmoid(v128.load(x)));
  for (; x < end; x += 4) write(x, sigmoid(read(x, false)), false);
}

/** tanh in place on a row of so many bytes, in the same way. */
export function tanhRow(x: usize, bytes: usize): void {
  const end = x + bytes;
  for (; x + 32 <= end; x += 32) {
    const a = tanh(v128.load(x)), b = tanh(v128.load(x, 16));
    v128.store(x, a);
    v128.store(x, b, 16);
  }
  for (; x + 16 <= end; x += 16) v128.store(x, tanh(v128.load(x)));
  for (; x < end; x += 4) write(x, tanh(read(x, false)), false);
}

// What every kernel shares: fused multiply-add, exponentials, and the tail of a row that is no multiple of four.

/** a·b + c on four lanes; one rounding where the build has relaxed SIMD, two where it has not. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** Four floats at p, or, at a row's tail, one float and three zeros. */
// @ts-ignore: decorator
@inline
export function read(p: usize, whole: bool): v128 {
  return whole ? v128.load(p) : v128.load32_zero(p);
}

/** Writes four floats at p, or, at a row's tail, one. */
// @ts-ignore: decorator
@inline
export function write(p: usize, x: v128, whole: bool): void {
  if (whole) v128.store(p, x);
  else v128.store32_lane(p, x, 0);
}

/** Sum of the four lanes, in pairs. */
// @ts-ignore: decorator
@inline
export function sum(x: v128): f32 {
  return f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
}

/**
 * eˣ on four lanes, relative error below 3e-7, x clamped to ±80; NaN stays NaN.
 * x = n·ln 2 + r, |r| ≤ ln 2 / 2; eʳ by its Taylor series to r⁶; 2ⁿ by adding n to the exponent's bits.
 */
// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  x = f32x4.pmax(f32x4.pmin(x, f32x4.splat(80)), f32x4.splat(-80));
  const round = f32x4.splat(12582912); // 1.5·2²³: adding it leaves n in the low bits
  const shifted = madd(x, f32x4.splat(1.4426950408889634), round);
  const n = f32x4.sub(shifted, round);
  let r = madd(n, f32x4.splat(-0.693359375), x);
  r = madd(n, f32x4.splat(2.12194440054691e-4), r);
  let p = madd(r, f32x4.splat(1.0 / 720), f32x4.splat(1.0 / 120));
  p = madd(p, r, f32x4.splat(1.0 / 24));
  p = madd(p, r, f32x4.splat(1.0 / 6));
  p = madd(p, r, f32x4.splat(0.5));
  p = madd(p, r, f32x4.splat(1));
  p = madd(p, r, f32x4.splat(1));
  return i32x4.add(p, i32x4.shl(shifted, 23));
}

/** σ(x) = 1 / (1 + e⁻ˣ) on four lanes, absolute error below 1e-6. */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, exp(f32x4.neg(x))));
}

/** tanh(x) = 1 − 2 / (1 + e²ˣ) on four lanes, absolute error below 1e-6. */
// @ts-ignore: decorator
@inline
export function tanh(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(one, exp(f32x4.add(x, x)))));
}

/**
 * Natural logarithm of a positive, finite number, error below 1e-12: x = m·2ⁿ with m in [√½, √2), and
 * log m = 2·(f + f³/3 + f⁵/5 + …) with f = (m−1)/(m+1).
 */
export function log(x: f64): f64 {
  let n: i64 = ((<i64>reinterpret<u64>(x)) >> 52) - 1023;
  let m = reinterpret<f64>((reinterpret<u64>(x) & 0x000fffffffffffff) | 0x3ff0000000000000);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    n += 1;
  }
  const f = (m - 1) / (m + 1);
  const q = f * f;
  const series = 1.0 / 3 + q * (1.0 / 5 + q * (1.0 / 7 + q * (1.0 / 9 + q * (1.0 / 11 + q * (1.0 / 13)))));
  return <f64>n * 0.6931471805599453 + 2 * f * (1 + q * series);
}

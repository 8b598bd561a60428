// What every kernel shares: fused multiply-add, a product of rows, a logarithm, and the tail of a row that is no multiple of four.

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

/** out = x ⊙ y, rows of so many bytes; out may be one of them. */
export function multiplyRow(x: usize, y: usize, bytes: usize, out: usize): void {
  let j: usize = 0;
  for (; j + 16 <= bytes; j += 16) v128.store(out + j, f32x4.mul(v128.load(x + j), v128.load(y + j)));
  for (; j < bytes; j += 4) store<f32>(out + j, load<f32>(x + j) * load<f32>(y + j));
}

/** Sum of the four lanes, in pairs. */
// @ts-ignore: decorator
@inline
export function sum(x: v128): f32 {
  return f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
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

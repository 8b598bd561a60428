import { madd, read, write } from './simd';

// Updates of src/engine/optimizer.ts; `scale`, then `limit`, act on the gradient first. A limit of 0 clamps nothing.

/** Writes Σ x² over n floats, in double precision, as the double at `result`. */
export function squares(x: usize, n: i32, result: usize): void {
  const end = x + (<usize>n << 2);
  let low = f64x2.splat(0), high = low;
  for (; x + 16 <= end; x += 16) {
    const v = v128.load(x);
    const a = f64x2.promote_low_f32x4(v);
    const b = f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 2, 3));
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
  }
  const both = f64x2.add(low, high);
  let total = f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
  for (; x < end; x += 4) total += <f64>load<f32>(x) * <f64>load<f32>(x);
  store<f64>(result, total);
}

// @ts-ignore: decorator
@inline
function gradient(g: usize, scale: f32, limit: f32, whole: bool): v128 {
  const x = f32x4.mul(read(g, whole), f32x4.splat(scale));
  if (limit <= 0) return x;
  return f32x4.pmax(f32x4.pmin(x, f32x4.splat(limit)), f32x4.splat(-limit));
}

/** sgd (momentum 0) and momentum: v ← μ v + g; p ← p − lr v. */
export function momentumUpdate(
  p: usize, g: usize, first: usize, n: i32, scale: f32, limit: f32, lr: f32, momentum: f32, keep: i32,
): void {
  const end = p + (<usize>n << 2);
  for (; p + 16 <= end; p += 16, g += 16, first += 16) momentumOne(p, g, first, scale, limit, lr, momentum, keep, true);
  for (; p < end; p += 4, g += 4, first += 4) momentumOne(p, g, first, scale, limit, lr, momentum, keep, false);
}

// @ts-ignore: decorator
@inline
function momentumOne(
  p: usize, g: usize, first: usize, scale: f32, limit: f32, lr: f32, momentum: f32, keep: i32, whole: bool,
): void {
  let v = gradient(g, scale, limit, whole);
  if (keep) {
    v = madd(f32x4.splat(momentum), read(first, whole), v);
    write(first, v, whole);
  }
  write(p, f32x4.sub(read(p, whole), f32x4.mul(f32x4.splat(lr), v)), whole);
}

/** rmsprop: s ← α s + (1−α) g²; p ← p − lr g / (√s + ε); rest = 1−α, rounded once. */
export function rmspropUpdate(
  p: usize, g: usize, second: usize, n: i32, scale: f32, limit: f32, lr: f32, alpha: f32, rest: f32, epsilon: f32,
): void {
  const end = p + (<usize>n << 2);
  for (; p + 16 <= end; p += 16, g += 16, second += 16) {
    rmspropOne(p, g, second, scale, limit, lr, alpha, rest, epsilon, true);
  }
  for (; p < end; p += 4, g += 4, second += 4) {
    rmspropOne(p, g, second, scale, limit, lr, alpha, rest, epsilon, false);
  }
}

// @ts-ignore: decorator
@inline
function rmspropOne(
  p: usize, g: usize, second: usize, scale: f32, limit: f32, lr: f32, alpha: f32, rest: f32, epsilon: f32, whole: bool,
): void {
  const x = gradient(g, scale, limit, whole);
  const s = f32x4.add(
    f32x4.mul(f32x4.splat(alpha), read(second, whole)),
    f32x4.mul(f32x4.mul(f32x4.splat(rest), x), x),
  );
  write(second, s, whole);
  const root = f32x4.add(f32x4.sqrt(s), f32x4.splat(epsilon));
  write(p, f32x4.sub(read(p, whole), f32x4.div(f32x4.mul(f32x4.splat(lr), x), root)), whole);
}

/**
 * adam and adamw: m ← β₁ m + (1−β₁) g; v ← β₂ v + (1−β₂) g²; p ← keep·p − rate · m / (√v · inverse + ε).
 * @param rest1, rest2 1−β₁ and 1−β₂, rounded once
 * @param rate lr / (1 − β₁ᵗ)
 * @param inverse 1 / √(1 − β₂ᵗ)
 * @param keep 1 − lr·λ for adamw, else 1
 */
export function adamUpdate(
  p: usize, g: usize, first: usize, second: usize, n: i32, scale: f32, limit: f32,
  beta1: f32, rest1: f32, beta2: f32, rest2: f32, rate: f32, inverse: f32, epsilon: f32, keep: f32,
): void {
  const end = p + (<usize>n << 2);
  for (; p + 16 <= end; p += 16, g += 16, first += 16, second += 16) {
    adamOne(p, g, first, second, scale, limit, beta1, rest1, beta2, rest2, rate, inverse, epsilon, keep, true);
  }
  for (; p < end; p += 4, g += 4, first += 4, second += 4) {
    adamOne(p, g, first, second, scale, limit, beta1, rest1, beta2, rest2, rate, inverse, epsilon, keep, false);
  }
}

// @ts-ignore: decorator
@inline
function adamOne(
  p: usize, g: usize, first: usize, second: usize, scale: f32, limit: f32,
  beta1: f32, rest1: f32, beta2: f32, rest2: f32, rate: f32, inverse: f32, epsilon: f32, keep: f32, whole: bool,
): void {
  const x = gradient(g, scale, limit, whole);
  const m = f32x4.add(f32x4.mul(f32x4.splat(beta1), read(first, whole)), f32x4.mul(f32x4.splat(rest1), x));
  const v = f32x4.add(
    f32x4.mul(f32x4.splat(beta2), read(second, whole)),
    f32x4.mul(f32x4.mul(f32x4.splat(rest2), x), x),
  );
  write(first, m, whole);
  write(second, v, whole);
  const root = madd(f32x4.sqrt(v), f32x4.splat(inverse), f32x4.splat(epsilon));
  const change = f32x4.div(f32x4.mul(f32x4.splat(rate), m), root);
  write(p, f32x4.sub(f32x4.mul(f32x4.splat(keep), read(p, whole)), change), whole);
}

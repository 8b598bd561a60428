import { exp } from './elementary';
import { log, read, sum, write } from './simd';

/** Largest of n floats; NaN anywhere gives NaN or is passed over. */
function largest(x: usize, n: i32): f32 {
  const end = x + (<usize>n << 2);
  let m = f32x4.splat(-Infinity);
  for (; x + 16 <= end; x += 16) m = f32x4.pmax(m, v128.load(x));
  let best = max(
    max(f32x4.extract_lane(m, 0), f32x4.extract_lane(m, 1)),
    max(f32x4.extract_lane(m, 2), f32x4.extract_lane(m, 3)),
  );
  for (; x < end; x += 4) best = max(best, load<f32>(x));
  return best;
}

/** to (n) = exp(x − shift); returns its sum. */
function exponentials(x: usize, n: i32, shift: f32, to: usize): f32 {
  const end = x + (<usize>n << 2);
  const minus = f32x4.splat(shift);
  let total = f32x4.splat(0);
  for (; x + 16 <= end; x += 16, to += 16) {
    const y = exp(f32x4.sub(v128.load(x), minus));
    v128.store(to, y);
    total = f32x4.add(total, y);
  }
  let rest: f32 = 0;
  for (; x < end; x += 4, to += 4) {
    const y = exp(f32x4.sub(v128.load32_zero(x), minus));
    v128.store32_lane(to, y, 0);
    rest += f32x4.extract_lane(y, 0);
  }
  return sum(total) + rest;
}

/**
 * Softmax, loss and gradient in one pass: logits (rows, V) become (p − onehot(target)) · factor.
 * @param targets (rows)
 * @param weights (rows), the factor of each row, or 0 for `mean` in all rows
 * @param result double at which Σ −log p(target), in nats and unweighted, is written
 */
export function softmaxLoss(
  logits: usize, targets: usize, rows: i32, V: i32, weights: usize, mean: f32, result: usize,
): void {
  let nats: f64 = 0;
  const bytes = <usize>V << 2;
  for (let row = 0; row < rows; row++, logits += bytes) {
    const target = logits + (<usize>load<u32>(targets + (<usize>row << 2)) << 2);
    const m = largest(logits, V);
    const away = m - load<f32>(target);
    const total = exponentials(logits, V, m, logits);
    nats += <f64>away + log(<f64>total);
    const factor = weights ? load<f32>(weights + (<usize>row << 2)) : mean;
    scale(logits, V, factor / total);
    store<f32>(target, load<f32>(target) - factor);
  }
  store<f64>(result, nats);
}

// @ts-ignore: decorator
@inline
function scale(x: usize, n: i32, factor: f32): void {
  const end = x + (<usize>n << 2);
  const f = f32x4.splat(factor);
  for (; x + 16 <= end; x += 16) write(x, f32x4.mul(read(x, true), f), true);
  for (; x < end; x += 4) write(x, f32x4.mul(read(x, false), f), false);
}

/** logits (rows, V) become log-probabilities; work (V) is overwritten. */
export function logSoftmax(logits: usize, rows: i32, V: i32, work: usize): void {
  for (let row = 0; row < rows; row++, logits += <usize>V << 2) {
    const m = largest(logits, V);
    const shift = <f32>(<f64>m + log(<f64>exponentials(logits, V, m, work)));
    for (let j: usize = 0; j < <usize>V << 2; j += 4) store<f32>(logits + j, load<f32>(logits + j) - shift);
  }
}

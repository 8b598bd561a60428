/**
 * to (size) = from ⊙ mask · scale, the mask that of src/engine/dropout.ts. Forward and backward are the same.
 * @param index (t·B + b)·H of the first value in the window
 * @param mix (layer + 1) · 0x9e3779b9
 */
export function dropout(
  from: usize, size: i32, index: i32, seed: i32, mix: i32, threshold: i32, scale: f32, to: usize,
): void {
  const keep = f32x4.splat(scale);
  const end = from + (<usize>size << 2);
  let position = i32x4.add(i32x4.splat(index), i32x4(0, 1, 2, 3));
  for (; from + 16 <= end; from += 16, to += 16) {
    v128.store(to, v128.and(f32x4.mul(v128.load(from), keep), mask(position, seed, mix, threshold)));
    position = i32x4.add(position, i32x4.splat(4));
  }
  for (; from < end; from += 4, to += 4) {
    const x = v128.and(f32x4.mul(v128.load32_zero(from), keep), mask(position, seed, mix, threshold));
    v128.store32_lane(to, x, 0);
    position = i32x4.add(position, i32x4.splat(1));
  }
}

/** All ones in the lanes that are kept. */
// @ts-ignore: decorator
@inline
function mask(position: v128, seed: i32, mix: i32, threshold: i32): v128 {
  let x = i32x4.add(v128.xor(position, i32x4.splat(mix)), i32x4.splat(seed));
  x = i32x4.mul(v128.xor(x, i32x4.shr_u(x, 16)), i32x4.splat(0x7feb352d));
  x = i32x4.mul(v128.xor(x, i32x4.shr_u(x, 15)), i32x4.splat(0x846ca68b));
  return i32x4.ge_u(v128.xor(x, i32x4.shr_u(x, 16)), i32x4.splat(threshold));
}

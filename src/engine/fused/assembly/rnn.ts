import { tanhRow } from './elementary';
import { read, write } from './simd';

// Activations: 0 tanh, 1 relu, 2 identity.

/** h (size) = φ(a) (size). */
export function rnnForward(a: usize, size: i32, activation: i32, h: usize): void {
  if (activation == 0) {
    memory.copy(h, a, <usize>size << 2);
    tanhRow(h, <usize>size << 2);
    return;
  }
  const end = a + (<usize>size << 2);
  for (; a + 16 <= end; a += 16, h += 16) forward(a, activation, h, true);
  for (; a < end; a += 4, h += 4) forward(a, activation, h, false);
}

// @ts-ignore: decorator
@inline
function forward(a: usize, activation: i32, h: usize, whole: bool): void {
  const x = read(a, whole);
  write(h, activation == 1 ? f32x4.max(x, f32x4.splat(0)) : x, whole);
}

/** da (size) = dh ⊙ φ′ (size), φ′ from h = φ(a): 1 − h², or h > 0, or 1. */
export function rnnBackward(dh: usize, h: usize, size: i32, activation: i32, da: usize): void {
  const end = dh + (<usize>size << 2);
  for (; dh + 16 <= end; dh += 16, h += 16, da += 16) backward(dh, h, activation, da, true);
  for (; dh < end; dh += 4, h += 4, da += 4) backward(dh, h, activation, da, false);
}

// @ts-ignore: decorator
@inline
function backward(dh: usize, h: usize, activation: i32, da: usize, whole: bool): void {
  const d = read(dh, whole);
  const y = read(h, whole);
  if (activation == 0) write(da, f32x4.mul(d, f32x4.sub(f32x4.splat(1), f32x4.mul(y, y))), whole);
  else if (activation == 1) write(da, v128.and(d, f32x4.gt(y, f32x4.splat(0))), whole);
  else write(da, d, whole);
}

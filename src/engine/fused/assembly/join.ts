import { madd, read, write } from './simd';

/**
 * The gradient that reaches h_t: dh (rows, width) = up (rows, width) + carry[row] · dh (rows, width), in place.
 * @param up from the layer above, or 0 for none
 * @param carry (rows), or 0 for ones
 */
export function join(up: usize, carry: usize, rows: i32, width: i32, dh: usize): void {
  const bytes = <usize>width << 2;
  for (let row = 0; row < rows; row++, dh += bytes) {
    const factor = carry ? v128.load32_splat(carry + (<usize>row << 2)) : f32x4.splat(1);
    let j: usize = 0;
    for (; j + 16 <= bytes; j += 16) one(up, factor, dh, j, true);
    for (; j < bytes; j += 4) one(up, factor, dh, j, false);
    if (up) up += bytes;
  }
}

// @ts-ignore: decorator
@inline
function one(up: usize, factor: v128, dh: usize, j: usize, whole: bool): void {
  const old = read(dh + j, whole);
  write(dh + j, up ? madd(factor, old, read(up + j, whole)) : f32x4.mul(factor, old), whole);
}

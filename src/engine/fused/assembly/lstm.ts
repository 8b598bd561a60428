import { sigmoidRow, tanhRow } from './elementary';
import { madd, multiplyRow, read, write } from './simd';

// `gates` has rows of i, f, g, o (4·H); both passes write in place, as in the GRU.

/** The smallest normal number. */
const LEAST: f32 = 1.17549435e-38;

/**
 * i, f, o by σ and g by tanh in place in gates (rows, 4·H); next (rows, H) = f ⊙ c + i ⊙ g; h (rows, H) = o ⊙ tanh(next).
 * @param c (rows, H) the memory cells of the step before
 */
export function lstmForward(gates: usize, c: usize, rows: i32, H: i32, next: usize, h: usize): void {
  const width = <usize>H << 2;
  for (let row = 0; row < rows; row++, gates += 4 * width, c += width, next += width, h += width) {
    sigmoidRow(gates, 2 * width);
    tanhRow(gates + 2 * width, width);
    sigmoidRow(gates + 3 * width, width);
    let j: usize = 0;
    for (; j + 16 <= width; j += 16) memory(gates, c, next, h, width, j, true);
    for (; j < width; j += 4) memory(gates, c, next, h, width, j, false);
    tanhRow(h, width);
    multiplyRow(h, gates + 3 * width, width, h);
  }
}

/** next = f ⊙ c + i ⊙ g, and h the same. */
// @ts-ignore: decorator
@inline
function memory(gates: usize, c: usize, next: usize, h: usize, width: usize, j: usize, whole: bool): void {
  const input = f32x4.mul(read(gates + j, whole), read(gates + 2 * width + j, whole));
  const cell = madd(read(gates + width + j, whole), read(c + j, whole), input);
  write(next + j, cell, whole);
  write(h + j, cell, whole);
}

/**
 * i, f, g, o in gates (rows, 4·H) become the gradients of their pre-activations; dc (rows, H), the gradient that reaches
 * the cells of this step from the next one, becomes that of the step before.
 * @param dh (rows, H) the gradient of h_t
 * @param c (rows, H) the memory cells of the step before
 * @param h (rows, H) the state of this step: tanh of its memory cells is h / o. Where o has rounded to 0, so
 *   has h, and all that the quotient is multiplied with: any number will do there
 */
export function lstmBackward(dh: usize, dc: usize, gates: usize, c: usize, h: usize, rows: i32, H: i32): void {
  const width = <usize>H << 2;
  for (let row = 0; row < rows; row++, gates += 4 * width, c += width, h += width, dh += width, dc += width) {
    let j: usize = 0;
    for (; j + 16 <= width; j += 16) backward(dh, dc, gates, c, h, width, j, true);
    for (; j < width; j += 4) backward(dh, dc, gates, c, h, width, j, false);
  }
}

// @ts-ignore: decorator
@inline
function backward(dh: usize, dc: usize, gates: usize, c: usize, h: usize, width: usize, j: usize, whole: bool): void {
  const one = f32x4.splat(1);
  const i = read(gates + j, whole);
  const f = read(gates + width + j, whole);
  const g = read(gates + 2 * width + j, whole);
  const o = read(gates + 3 * width + j, whole);
  const d = read(dh + j, whole);
  const t = f32x4.div(read(h + j, whole), f32x4.add(o, f32x4.splat(LEAST)));
  const cell = madd(f32x4.mul(d, o), f32x4.sub(one, f32x4.mul(t, t)), read(dc + j, whole));
  write(gates + j, f32x4.mul(f32x4.mul(cell, g), f32x4.mul(i, f32x4.sub(one, i))), whole);
  write(gates + width + j, f32x4.mul(f32x4.mul(cell, read(c + j, whole)), f32x4.mul(f, f32x4.sub(one, f))), whole);
  write(gates + 2 * width + j, f32x4.mul(f32x4.mul(cell, i), f32x4.sub(one, f32x4.mul(g, g))), whole);
  write(gates + 3 * width + j, f32x4.mul(f32x4.mul(d, t), f32x4.mul(o, f32x4.sub(one, o))), whole);
  write(dc + j, f32x4.mul(cell, f), whole);
}

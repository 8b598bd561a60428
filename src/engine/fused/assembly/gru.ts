import { sigmoidRow, tanhRow } from './elementary';
import { madd, multiplyRow, read, write } from './simd';

// `gates` has rows of r, z, n (3·H); every kernel works on rows of one step. Both passes write in place: the forward pass turns
// pre-activations into gates, the backward pass turns gates into the gradients of the pre-activations.

/**
 * Gates r and z: σ in place in gates (rows, 3·H); rh (rows, H) = r ⊙ h, if rh is not 0 (reset before).
 * @param h (rows, H) the state of the step before
 */
export function gruGates(gates: usize, h: usize, rows: i32, H: i32, rh: usize): void {
  const width = <usize>H << 2;
  for (let row = 0; row < rows; row++, gates += 3 * width, h += width) {
    sigmoidRow(gates, 2 * width);
    if (!rh) continue;
    multiplyRow(gates, h, width, rh);
    rh += width;
  }
}

/**
 * Candidate and new state: n = tanh(n + r ⊙ hn) if hn is not 0 (reset after), else tanh(n), in place in gates (rows, 3·H);
 * out (rows, H) = z ⊙ h + (1 − z) ⊙ n.
 * @param hn (rows, H) h W_hn + b_hn, or 0
 */
export function gruState(gates: usize, hn: usize, h: usize, rows: i32, H: i32, out: usize): void {
  const width = <usize>H << 2;
  for (let row = 0; row < rows; row++, gates += 3 * width, h += width, out += width) {
    let j: usize = 0;
    if (hn) {
      for (; j + 16 <= width; j += 16) addReset(gates, hn, width, j, true);
      for (; j < width; j += 4) addReset(gates, hn, width, j, false);
      hn += width;
    }
    tanhRow(gates + 2 * width, width);
    for (j = 0; j + 16 <= width; j += 16) state(gates, h, out, width, j, true);
    for (; j < width; j += 4) state(gates, h, out, width, j, false);
  }
}

/** n += r ⊙ hn. */
// @ts-ignore: decorator
@inline
function addReset(gates: usize, hn: usize, width: usize, j: usize, whole: bool): void {
  const n = read(gates + 2 * width + j, whole);
  write(gates + 2 * width + j, madd(read(gates + j, whole), read(hn + j, whole), n), whole);
}

/** out = z ⊙ h + (1 − z) ⊙ n. */
// @ts-ignore: decorator
@inline
function state(gates: usize, h: usize, out: usize, width: usize, j: usize, whole: bool): void {
  const n = read(gates + 2 * width + j, whole);
  const z = read(gates + width + j, whole);
  write(out + j, madd(z, f32x4.sub(read(h + j, whole), n), n), whole);
}

/**
 * Backward through the new state: z and n in gates (rows, 3·H) become dz and dn; dh (rows, H) becomes dh ⊙ z.
 * Reset after (hn not 0): r becomes dr too, and hn (rows, H) becomes dhn = dn ⊙ r.
 * @param dh the gradient of h_t
 * @param h (rows, H) the state of the step before
 */
export function gruStateBackward(dh: usize, gates: usize, hn: usize, h: usize, rows: i32, H: i32): void {
  const width = <usize>H << 2;
  for (let row = 0; row < rows; row++, gates += 3 * width, h += width, dh += width) {
    let j: usize = 0;
    for (; j + 16 <= width; j += 16) stateBackward(dh, gates, hn, h, width, j, true);
    for (; j < width; j += 4) stateBackward(dh, gates, hn, h, width, j, false);
    if (hn) hn += width;
  }
}

// @ts-ignore: decorator
@inline
function stateBackward(dh: usize, gates: usize, hn: usize, h: usize, width: usize, j: usize, whole: bool): void {
  const one = f32x4.splat(1);
  const d = read(dh + j, whole);
  const z = read(gates + width + j, whole);
  const n = read(gates + 2 * width + j, whole);
  const rest = f32x4.sub(one, z);
  const dn = f32x4.mul(f32x4.mul(d, rest), f32x4.sub(one, f32x4.mul(n, n)));
  const dz = f32x4.mul(f32x4.mul(d, f32x4.sub(read(h + j, whole), n)), f32x4.mul(z, rest));
  write(gates + width + j, dz, whole);
  write(gates + 2 * width + j, dn, whole);
  write(dh + j, f32x4.mul(d, z), whole);
  if (hn) {
    const r = read(gates + j, whole);
    const s = f32x4.mul(r, f32x4.sub(one, r));
    write(gates + j, f32x4.mul(f32x4.mul(dn, read(hn + j, whole)), s), whole);
    write(hn + j, f32x4.mul(dn, r), whole);
  }
}

/**
 * Backward through r ⊙ h (reset before): r in gates (rows, 3·H) becomes dr; dh (rows, H) += drh ⊙ r.
 * @param drh (rows, H) the gradient of r ⊙ h
 * @param h (rows, H) the state of the step before
 */
export function gruResetBackward(drh: usize, gates: usize, h: usize, rows: i32, H: i32, dh: usize): void {
  const width = <usize>H << 2;
  for (let row = 0; row < rows; row++, gates += 3 * width, h += width, drh += width, dh += width) {
    let j: usize = 0;
    for (; j + 16 <= width; j += 16) resetBackward(drh, gates, h, dh, j, true);
    for (; j < width; j += 4) resetBackward(drh, gates, h, dh, j, false);
  }
}

// @ts-ignore: decorator
@inline
function resetBackward(drh: usize, gates: usize, h: usize, dh: usize, j: usize, whole: bool): void {
  const d = read(drh + j, whole);
  const r = read(gates + j, whole);
  const s = f32x4.mul(r, f32x4.sub(f32x4.splat(1), r));
  write(gates + j, f32x4.mul(f32x4.mul(d, read(h + j, whole)), s), whole);
  write(dh + j, madd(d, r, read(dh + j, whole)), whole);
}

// Rows of tables: one-hot inputs and embeddings are never materialised, they are gathered and scattered.

/**
 * out (rows, width) = bias (width) + table[ids[row]] (width).
 * @param table (V, width), or 0 for the bias alone
 * @param bias (width), or 0 for none
 */
export function gatherRows(ids: usize, rows: i32, table: usize, width: i32, bias: usize, out: usize): void {
  const bytes = <usize>width << 2;
  const zero = f32x4.splat(0);
  for (let row = 0; row < rows; row++, out += bytes) {
    const from = table ? table + <usize>load<u32>(ids + (<usize>row << 2)) * bytes : 0;
    let j: usize = 0;
    for (; j + 16 <= bytes; j += 16) {
      const x = table ? v128.load(from + j) : zero;
      v128.store(out + j, bias ? f32x4.add(x, v128.load(bias + j)) : x);
    }
    for (; j < bytes; j += 4) {
      store<f32>(out + j, (table ? load<f32>(from + j) : 0) + (bias ? load<f32>(bias + j) : 0));
    }
  }
}

/**
 * table[ids[row]] (width) += source[row] (width) for every row, in their order.
 * @param ld floats from one row of the source to the next
 * @param ldt floats from one row of the table to the next
 */
export function scatterRows(
  ids: usize, rows: i32, source: usize, ld: i32, width: i32, table: usize, ldt: i32,
): void {
  const bytes = <usize>width << 2;
  for (let row = 0; row < rows; row++, source += <usize>ld << 2) {
    const to = table + <usize>load<u32>(ids + (<usize>row << 2)) * (<usize>ldt << 2);
    let j: usize = 0;
    for (; j + 16 <= bytes; j += 16) v128.store(to + j, f32x4.add(v128.load(to + j), v128.load(source + j)));
    for (; j < bytes; j += 4) store<f32>(to + j, load<f32>(to + j) + load<f32>(source + j));
  }
}

/** sums (width) = [sums +] Σ over the rows of source (rows, width); ld floats from one row to the next. */
export function columnSums(source: usize, ld: i32, rows: i32, width: i32, sums: usize, add: i32): void {
  const stride = <usize>ld << 2;
  const bytes = <usize>width << 2;
  if (!add) memory.fill(sums, 0, bytes);
  let row = 0;
  for (; row + 8 <= rows; row += 8, source += 8 * stride) {
    const two = 2 * stride;
    let j: usize = 0;
    for (; j + 16 <= bytes; j += 16) {
      let p = source + j;
      let s = f32x4.add(v128.load(p), v128.load(p + stride));
      p += two;
      let u = f32x4.add(v128.load(p), v128.load(p + stride));
      p += two;
      s = f32x4.add(s, f32x4.add(v128.load(p), v128.load(p + stride)));
      p += two;
      u = f32x4.add(u, f32x4.add(v128.load(p), v128.load(p + stride)));
      v128.store(sums + j, f32x4.add(v128.load(sums + j), f32x4.add(s, u)));
    }
    for (; j < bytes; j += 4) {
      let s: f32 = 0;
      for (let l: usize = 0; l < 8; l++) s += load<f32>(source + l * stride + j);
      store<f32>(sums + j, load<f32>(sums + j) + s);
    }
  }
  for (; row < rows; row++, source += stride) {
    for (let j: usize = 0; j < bytes; j += 4) store<f32>(sums + j, load<f32>(sums + j) + load<f32>(source + j));
  }
}

/** target (rows, width) = 0; ld floats from one row to the next. */
export function clearRows(target: usize, ld: i32, rows: i32, width: i32): void {
  for (let row = 0; row < rows; row++, target += <usize>ld << 2) memory.fill(target, 0, <usize>width << 2);
}

/** to (n) += x (n). */
export function addTo(x: usize, n: i32, to: usize): void {
  const bytes = <usize>n << 2;
  let j: usize = 0;
  for (; j + 16 <= bytes; j += 16) v128.store(to + j, f32x4.add(v128.load(to + j), v128.load(x + j)));
  for (; j < bytes; j += 4) store<f32>(to + j, load<f32>(to + j) + load<f32>(x + j));
}

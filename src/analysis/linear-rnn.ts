// H hidden.

/**
 * Exact gradient flow of a linear RNN (identity activation, one layer): ‖dh (W_hᵀ)^k‖ for k = 0 … lags, since
 * ∂h_t/∂h_{t−1} = W_h for rows, hence ∂L/∂h_{t−k} = ∂L/∂h_t (W_hᵀ)^k.
 * @param W_h (H, H), row-major
 * @param dh ∂L/∂h_t (H)
 * @returns norms (lags + 1)
 */
export function linearFlow(W_h: ArrayLike<number>, dh: ArrayLike<number>, lags: number): Float64Array {
  const norms = new Float64Array(lags + 1); // (lags + 1)
  let row = Float64Array.from(dh); // (H)
  for (let k = 0; k <= lags; k++) {
    norms[k] = norm(row);
    row = multiply(W_h, row); // (H)
  }
  return norms;
}

/** Matrices up to this size are squared; larger ones are applied to a vector, which costs less and is less exact. */
const squaredUpTo = 200;
const squarings = 30;
const applications = 1000;

/**
 * Largest absolute eigenvalue of a matrix, by Gelfand's formula ρ = lim ‖Wᵐ‖^{1/m}, which holds for complex pairs as well.
 * Above 1 a linear RNN's gradients can explode; below 1 they vanish. Exact to about 1e-6 up to H = 200, and to about 1e-2 above.
 * @param W (H, H), row-major
 * @returns ρ ≥ 0; NaN if a value of W is not finite
 * @throws Error if W is not square
 */
export function spectralRadius(W: ArrayLike<number>): number {
  const H = Math.round(Math.sqrt(W.length));
  if (H * H !== W.length || H === 0) throw new Error(`A matrix of ${W.length} values is not square.`);
  return H <= squaredUpTo ? bySquaring(Float64Array.from(W), H) : byApplying(W, H);
}

/** W^(2^k), scaled to norm 1 after each squaring; the logarithms of the scales add up. */
function bySquaring(W: Float64Array, H: number): number {
  let power = W; // (H, H)
  let logNorm = 0; // of W^m, over m
  for (let k = 0, m = 1; k <= squarings; k++, m *= 2) {
    const scale = norm(power);
    if (!(scale > 0)) return scale;
    logNorm += Math.log(scale) / m;
    const scaled = power.map((value) => value / scale); // (H, H)
    if (k < squarings) power = square(scaled, H); // (H, H)
  }
  return Math.exp(logNorm);
}

/** Mean growth of a vector's norm over the later half of many applications. */
function byApplying(W: ArrayLike<number>, H: number): number {
  let row = Float64Array.from({ length: H }, (_, i) => 1 + Math.sin(i)); // (H)
  let logGrowth = 0;
  for (let k = 0; k < applications; k++) {
    const before = norm(row);
    if (!(before > 0)) return before;
    row = multiply(
      W,
      row.map((value) => value / before),
    ); // (H)
    if (k >= applications / 2) logGrowth += Math.log(norm(row));
  }
  return Math.exp(logGrowth / (applications / 2));
}

/** W v. @param W (H, H) @param v (H) @returns (H) */
function multiply(W: ArrayLike<number>, v: Float64Array): Float64Array<ArrayBuffer> {
  const H = v.length;
  const product = new Float64Array(H); // (H)
  for (let i = 0; i < H; i++) {
    let sum = 0;
    for (let j = 0; j < H; j++) sum += W[i * H + j] * v[j];
    product[i] = sum;
  }
  return product;
}

/** W W. @param W (H, H) @returns (H, H) */
function square(W: Float64Array, H: number): Float64Array {
  const product = new Float64Array(H * H); // (H, H)
  for (let i = 0; i < H; i++) {
    for (let k = 0; k < H; k++) {
      const factor = W[i * H + k];
      for (let j = 0; j < H; j++) product[i * H + j] += factor * W[k * H + j];
    }
  }
  return product;
}

/** Euclidean norm, also where the squares of the values would leave the range of numbers. */
function norm(values: Float64Array): number {
  let greatest = 0;
  for (const value of values) greatest = Math.max(greatest, Math.abs(value)); // NaN if any value is
  if (!(greatest > 0) || greatest === Number.POSITIVE_INFINITY) return greatest;
  let sum = 0;
  for (const value of values) sum += (value / greatest) ** 2;
  return greatest * Math.sqrt(sum);
}

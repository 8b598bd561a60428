/** One memory seen as floats, as ids and as doubles; what the scalar twins work on in place of the kernels' own. */
export interface Memory {
  readonly floats: Float32Array;
  readonly words: Int32Array;
  readonly doubles: Float64Array;
}

/** The three views of a buffer whose size is a multiple of 8. */
export function memoryOf(buffer: ArrayBufferLike): Memory {
  return { floats: new Float32Array(buffer), words: new Int32Array(buffer), doubles: new Float64Array(buffer) };
}

/** σ(x) = 1 / (1 + e⁻ˣ). */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/**
 * Whether one unit is kept, as a pure function of where it stands, so that every engine and every thread draws the same
 * mask in any order. The hash is lowbias32 (Wellons, 2018) of the position mixed with the pass's seed.
 * Dropout acts on the outputs of every recurrent layer on their way up (to the next layer or to the output layer), never on
 * the recurrent path; kept values are scaled by 1/(1−p).
 * @param seed of the pass, 32 bits
 * @param layer 0 is the lowest
 * @param index (t·B + b)·H + h in the window, 32 bits
 * @param threshold `dropoutThreshold(p)`
 */
export function kept(seed: number, layer: number, index: number, threshold: number): boolean {
  let x = (index ^ Math.imul(layer + 1, 0x9e3779b9)) >>> 0;
  x = (x + seed) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  x = (x ^ (x >>> 16)) >>> 0;
  return x >= threshold;
}

/** The hash value, in [0, 2³²), below which a unit is dropped with probability p. */
export function dropoutThreshold(p: number): number {
  return Math.floor(p * 4294967296);
}

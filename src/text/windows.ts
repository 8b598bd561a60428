// T steps, B batch.

/** One minibatch of token ids; targets are inputs shifted by one. */
export interface Window {
  /** T */
  readonly steps: number;
  /** B */
  readonly batch: number;
  readonly inputs: Int32Array; // (T, B)
  readonly targets: Int32Array; // (T, B)
}

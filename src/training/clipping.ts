import type { TrainingConfiguration } from '../model/configuration';

/** What clipping did to one gradient. */
export interface Clip {
  /** Whether it bit: the step is a clip event. */
  readonly clipped: boolean;
  /** What the gradient is multiplied by; under clipping by value, the factor of its largest value. */
  readonly scale: number;
  /** Passed to the optimizer: above 0 if each value is to be clamped. */
  readonly clipValue: number;
}

/**
 * Clipping as data. By norm: g ← min(1, θ/‖g‖) g with the global norm over all parameters. By value: each element clamped to
 * ±θ. An infinite or missing norm is left to the divergence watch.
 * @param threshold θ
 * @param norm global norm ‖g‖
 * @param gradients the whole gradient, read only under clipping by value
 */
export function clip(
  mode: TrainingConfiguration['clipping'],
  threshold: number,
  norm: number,
  gradients: Float32Array,
): Clip {
  switch (mode) {
    case 'none':
      return { clipped: false, scale: 1, clipValue: 0 };
    case 'norm': {
      const scale = norm > threshold ? threshold / norm : 1;
      return { clipped: scale < 1, scale, clipValue: 0 };
    }
    case 'value': {
      let largest = 0;
      for (let i = 0; i < gradients.length; i++) largest = Math.max(largest, Math.abs(gradients[i]));
      return {
        clipped: largest > threshold,
        scale: largest > threshold ? threshold / largest : 1,
        clipValue: threshold,
      };
    }
  }
}

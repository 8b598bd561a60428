import type { Moments, OptimizerStep } from './engine';

/**
 * One update in plain TypeScript: the tfjs engine's own, and the scalar twin of the fused kernel's.
 * Source: the algorithms printed in the documentation of torch.optim.
 * @param parameters (N), updated in place
 * @param gradients (N), read only; scaled by `scale`, then clamped to ±clipValue if that is above 0
 * @param moments two (N), updated in place
 */
export function applyUpdate(
  parameters: Float32Array,
  gradients: Float32Array,
  moments: Moments,
  update: OptimizerStep,
  scale: number,
): void {
  const { learningRate: lr, momentum, alpha, beta1, beta2, epsilon, clipValue } = update;
  const { first, second } = moments;
  const correction1 = 1 - beta1 ** update.count;
  const correction2 = Math.sqrt(1 - beta2 ** update.count);
  const keep = update.kind === 'adamw' ? 1 - lr * update.weightDecay : 1;
  for (let i = 0; i < parameters.length; i++) {
    let g = gradients[i] * scale;
    if (clipValue > 0) g = Math.max(-clipValue, Math.min(clipValue, g));
    switch (update.kind) {
      case 'sgd':
        parameters[i] -= lr * g;
        break;
      case 'momentum':
        first[i] = momentum * first[i] + g;
        parameters[i] -= lr * first[i];
        break;
      case 'rmsprop':
        second[i] = alpha * second[i] + (1 - alpha) * g * g;
        parameters[i] -= (lr * g) / (Math.sqrt(second[i]) + epsilon);
        break;
      default:
        first[i] = beta1 * first[i] + (1 - beta1) * g;
        second[i] = beta2 * second[i] + (1 - beta2) * g * g;
        parameters[i] =
          parameters[i] * keep - ((lr / correction1) * first[i]) / (Math.sqrt(second[i]) / correction2 + epsilon);
    }
  }
}

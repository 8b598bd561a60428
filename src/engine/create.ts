import type { ModelShape, TrainingConfiguration } from '../model/configuration';
import type { Engine, EngineOptions } from './engine';

/**
 * Makes the engine of that kind for a model; its parameters are zero until they are initialised or restored.
 * An engine's code is loaded only when it is asked for: TensorFlow.js alone takes half a second.
 */
export async function createEngine(
  kind: TrainingConfiguration['engine'],
  shape: ModelShape,
  options: EngineOptions,
): Promise<Engine> {
  switch (kind) {
    case 'fused':
      return (await import('./fused')).createFusedEngine(shape, options);
    case 'tfjs':
      return (await import('./tfjs')).createTfjsEngine(shape, options);
  }
}

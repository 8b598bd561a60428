import type { ModelShape, TrainingConfiguration } from '../model/configuration';
import type { Engine, EngineOptions } from './engine';
import { createTfjsEngine } from './tfjs';

/** Makes the engine of that kind for a model; its parameters are zero until they are initialised or restored. */
export function createEngine(
  kind: TrainingConfiguration['engine'],
  shape: ModelShape,
  options: EngineOptions,
): Promise<Engine> {
  switch (kind) {
    case 'tfjs':
    case 'fused':
      return createTfjsEngine(shape, options);
  }
}

import { createEngine } from '../engine/create';
import type { Engine, EngineOptions } from '../engine/engine';
import { type Checkpoint, shapeOf } from '../model/checkpoint';
import type { Configuration } from '../model/configuration';

/**
 * Does something with a checkpoint's weights in an engine, which is freed afterwards.
 * @param configuration whose engine it is: the checkpoint's, or what was asked for instead
 */
export async function withEngine(
  { tokenizer, parameters }: Checkpoint,
  configuration: Configuration,
  options: EngineOptions,
  use: (engine: Engine) => Promise<void>,
): Promise<void> {
  const engine = await createEngine(configuration.training.engine, shapeOf(configuration, tokenizer), options);
  try {
    engine.parameters.flat.set(parameters.flat);
    await use(engine);
  } finally {
    engine.dispose();
  }
}

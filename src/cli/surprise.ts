import type { Command } from 'commander';
import { surpriseOfText } from '../analysis/surprise';
import { createEngine } from '../engine/create';
import { readCheckpoint, shapeOf } from '../model/checkpoint';
import { decodeText } from '../text/decode';
import { nameOf, readBytes } from './files';
import type { Surroundings } from './surroundings';

/** `recurrent surprise CHECKPOINT FILE`: how many bits each token of a text costs a model. */
export function addSurprise(program: Command, { dist, out }: Surroundings): void {
  program
    .command('surprise')
    .argument('<checkpoint>', 'a model that was trained here')
    .argument('<file>', 'the text to read')
    .description('Print every token of a text and its surprise in bits, a line each.')
    .option('--json', 'print one line of JSON on stdout for each')
    .action(async (checkpointFile: string, file: string, options: Record<string, unknown>) => {
      const { configuration, tokenizer, parameters } = readCheckpoint(readBytes(checkpointFile), checkpointFile);
      const text = decodeText(readBytes(file), nameOf(file));
      const shape = shapeOf(configuration, tokenizer);
      const engine = await createEngine(configuration.training.engine, shape, { dist, threads: 1 });
      try {
        engine.parameters.flat.set(parameters.flat);
        for (const token of surpriseOfText(engine, tokenizer, text, configuration.text.normalize)) {
          if (options.json) out(JSON.stringify({ event: 'surprise', token: token.text, bits: token.bits }));
          else out(`${JSON.stringify(token.text)}\t${token.bits.toFixed(4)}`);
        }
      } finally {
        engine.dispose();
      }
    });
}

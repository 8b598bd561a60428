import type { Command } from 'commander';
import { surpriseOfText } from '../analysis/surprise';
import { readCheckpoint } from '../model/checkpoint';
import { decodeText } from '../text/decode';
import { showPath } from '../text/quote';
import { nameOf, pathOf, readBytes } from './files';
import type { Surroundings } from './surroundings';
import { withEngine } from './with-engine';

/** `recurrent surprise CHECKPOINT FILE`: how many bits each token of a text costs a model. */
export function addSurprise(program: Command, { dist, out }: Surroundings): void {
  program
    .command('surprise')
    .argument('<checkpoint>', 'a model that was trained here', pathOf('<checkpoint>'))
    .argument('<file>', 'the text to read', pathOf('<file>'))
    .description('Print every token of a text and its surprise in bits, a line each.')
    .option('--json', 'print one line of JSON on stdout for each')
    .action(async (checkpointFile: string, file: string, options: Record<string, unknown>) => {
      const checkpoint = readCheckpoint(readBytes(checkpointFile), showPath(checkpointFile));
      const { configuration, tokenizer } = checkpoint;
      const text = decodeText(readBytes(file), nameOf(file));
      await withEngine(checkpoint, configuration, { dist, threads: 1 }, async (engine) => {
        for (const token of surpriseOfText(engine, tokenizer, text, configuration.text.normalize)) {
          if (options.json) await out(JSON.stringify({ event: 'surprise', token: token.text, bits: token.bits }));
          else await out(`${JSON.stringify(token.text)}\t${token.bits.toFixed(4)}`);
        }
      });
    });
}

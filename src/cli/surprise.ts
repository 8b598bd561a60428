import type { Command } from 'commander';
import { surpriseOfText } from '../analysis/surprise';
import { readCheckpoint } from '../model/checkpoint';
import { lossesUnder } from '../text/losses';
import { nameOf, readBytes } from './files';
import { asTyped } from './options';
import type { Surroundings } from './surroundings';
import { addEncoding, encodingOf, readText } from './texts';
import { withEngine } from './with-engine';

/** `recurrent surprise CHECKPOINT FILE`: how many bits each token of a text costs a model. */
export function addSurprise(program: Command, { dist, out, say }: Surroundings): void {
  addEncoding(program.command('surprise'))
    .argument('<checkpoint>', 'a model that was trained here')
    .argument('<file>', 'the text to read')
    .description('Print every token of a text and its surprise in bits, a line each.')
    .option('--json', 'print one line of JSON on stdout for each')
    .action(async (checkpointFile: string, file: string, options: Record<string, unknown>) => {
      const checkpoint = readCheckpoint(readBytes(checkpointFile), checkpointFile);
      const { configuration, tokenizer } = checkpoint;
      const text = readText(file, encodingOf(options));
      const { normalize } = configuration.text;
      for (const note of lossesUnder(tokenizer, text, normalize, nameOf(file))) say(asTyped(note));
      await withEngine(checkpoint, configuration, { dist, threads: 1 }, (engine) => {
        for (const token of surpriseOfText(engine, tokenizer, text, normalize)) {
          if (options.json) out(JSON.stringify({ event: 'surprise', token: token.text, bits: token.bits }));
          else out(`${JSON.stringify(token.text)}\t${token.bits.toFixed(4)}`);
        }
      });
    });
}

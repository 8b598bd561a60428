import type { Command } from 'commander';
import { surpriseOfText } from '../analysis/surprise';
import { readCheckpoint } from '../model/checkpoint';
import { toJson } from '../protocol/json';
import { lossesUnder } from '../text/losses';
import { inFigures } from '../text/numbers';
import { showPath } from '../text/quote';
import { UserError } from '../text/user-error';
import { checkMeasured } from '../training/perplexity';
import { nameOf, pathOf, readBytes } from './files';
import { asTyped } from './options';
import type { Surroundings } from './surroundings';
import { addEncoding, encodingOf, readText } from './texts';
import { unknownWarning } from './unknown';
import { withEngine } from './with-engine';

/** `recurrent surprise CHECKPOINT FILE`: how many bits each token of a text costs a model. */
export function addSurprise(program: Command, { dist, out, say }: Surroundings): void {
  addEncoding(program.command('surprise'))
    .argument('<checkpoint>', 'a model that was trained here', pathOf('<checkpoint>'))
    .argument('<file>', 'the text to read', pathOf('<file>'))
    .description('Print every token of a text and its surprise in bits, a line each.')
    .option('--json', 'print one line of JSON on stdout for each')
    .action(async (checkpointFile: string, file: string, options: Record<string, unknown>) => {
      const checkpoint = readCheckpoint(readBytes(checkpointFile), showPath(checkpointFile));
      const { configuration, tokenizer } = checkpoint;
      const text = readText(file, encodingOf(options));
      const { normalize } = configuration.text;
      for (const note of lossesUnder(text, normalize, nameOf(file), tokenizer.form)) await say(asTyped(note));
      await withEngine(checkpoint, configuration, { dist, threads: 1 }, async (engine) => {
        let tokens = 0;
        let unknowns = 0;
        for (const token of surpriseOfText(engine, tokenizer, text, normalize)) {
          const { text: read, bits, unknown } = token;
          checkMeasured(bits, nameOf(file));
          tokens++;
          if (unknown) unknowns++;
          if (options.json) await out(toJson({ event: 'surprise', token: read, bits, ...(unknown && { unknown }) }));
          else await out(`${JSON.stringify(read)}\t${inFigures(bits, 4)}${unknown ? '\t<unk>' : ''}`);
        }
        if (tokens === 0) {
          throw new UserError(
            `${nameOf(file)} has no token that the model reads, as text.normalize is '${configuration.text.normalize}'; choose a text with letters.`,
          );
        }
        for (const line of unknownWarning(unknowns, tokens, nameOf(file))) await say(line);
      });
    });
}

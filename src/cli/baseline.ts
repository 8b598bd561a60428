import type { Command } from 'commander';
import { prepareCorpus } from '../text/corpus';
import { decodeText } from '../text/decode';
import { UserError } from '../text/user-error';
import { baselines, mostTraining, mostValidation } from '../training/baselines';
import { nameOf, pathOf, readBytes } from './files';
import { addOptions, configurationFrom } from './options';
import type { Surroundings } from './surroundings';

/** `recurrent baseline FILE`: what needs no network, on the same split. */
export function addBaseline(program: Command, { out, say }: Surroundings): void {
  const command = program
    .command('baseline')
    .argument('<file>', 'the text to measure', pathOf('<file>'))
    .description('Print the uniform, unigram and n-gram perplexities of a text’s validation part.')
    .option('--json', 'print one line of JSON on stdout for each');
  addOptions(command, ['text']).action(async (file: string, options: Record<string, unknown>) => {
    const { text } = configurationFrom(options, ['text']);
    if (text.validation === 0) {
      throw new UserError('--validation is 0, but baselines are measured on a validation text; hold out some of it.');
    }
    const corpus = prepareCorpus(decodeText(readBytes(file), nameOf(file)), text, nameOf(file));
    const rows = baselines(corpus.training, corpus.validation, corpus.tokenizer.vocabulary.length);
    if (rows.length === 0) {
      throw new UserError(
        `--validation (${text.validation}) holds out ${corpus.validation.length} token of ${nameOf(file)}, and baselines need two; hold out more of it.`,
      );
    }
    for (const { name, perplexity } of rows) {
      if (options.json) await out(JSON.stringify({ event: 'baseline', name, perplexity }));
      else await out(`${name.padEnd(10)} ${perplexity.toFixed(2)}`);
    }
    const measured = Math.min(mostValidation, corpus.validation.length);
    const counted = Math.min(mostTraining, corpus.training.length);
    await say(
      `Perplexity on ${measured} of ${corpus.validation.length} validation tokens, counts of ${counted} of ${corpus.training.length} training tokens.`,
    );
  });
}

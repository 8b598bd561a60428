import type { Command } from 'commander';
import { prepareCorpus } from '../text/corpus';
import { UserError } from '../text/user-error';
import { baselines, mostTraining, mostValidation } from '../training/baselines';
import { nameOf } from './files';
import { addOptions, asTyped, configurationFrom } from './options';
import type { Surroundings } from './surroundings';
import { addEncoding, encodingOf, readText } from './texts';

/** `recurrent baseline FILE`: what needs no network, on the same split. */
export function addBaseline(program: Command, { out, say }: Surroundings): void {
  const command = program
    .command('baseline')
    .argument('<file>', 'the text to measure')
    .description('Print the uniform, unigram and n-gram perplexities of a text’s validation part.')
    .option('--json', 'print one line of JSON on stdout for each');
  addEncoding(addOptions(command, ['text'])).action((file: string, options: Record<string, unknown>) => {
    const { text } = configurationFrom(options, ['text']);
    if (text.validation === 0) {
      throw new UserError('--validation is 0, but baselines are measured on a validation text; hold out some of it.');
    }
    const corpus = prepareCorpus(readText(file, encodingOf(options)), text, nameOf(file));
    for (const note of corpus.notes) say(asTyped(note));
    const rows = baselines(corpus.training, corpus.validation, corpus.tokenizer.vocabulary.length);
    if (rows.length === 0) {
      throw new UserError(
        `--validation (${text.validation}) holds out ${corpus.validation.length} token of ${nameOf(file)}, and baselines need two; hold out more of it.`,
      );
    }
    for (const { name, perplexity } of rows) {
      if (options.json) out(JSON.stringify({ event: 'baseline', name, perplexity }));
      else out(`${name.padEnd(10)} ${perplexity.toFixed(2)}`);
    }
    const measured = Math.min(mostValidation, corpus.validation.length);
    const counted = Math.min(mostTraining, corpus.training.length);
    say(
      `Perplexity on ${measured} of ${corpus.validation.length} validation tokens, counts of ${counted} of ${corpus.training.length} training tokens.`,
    );
  });
}

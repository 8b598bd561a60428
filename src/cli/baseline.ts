import type { Command } from 'commander';
import { toJson } from '../protocol/json';
import { prepareCorpus } from '../text/corpus';
import { inFigures, inPercent } from '../text/numbers';
import { UserError } from '../text/user-error';
import { baselines, mostTraining, mostValidation } from '../training/baselines';
import { nameOf, pathOf } from './files';
import { addOptions, asTyped, configurationFrom } from './options';
import type { Surroundings } from './surroundings';
import { addEncoding, encodingOf, readText } from './texts';
import { unknownWarning } from './unknown';

/** `recurrent baseline FILE`: what needs no network, on the same split. */
export function addBaseline(program: Command, { out, say }: Surroundings): void {
  const command = program
    .command('baseline')
    .argument('<file>', 'the text to measure', pathOf('<file>'))
    .description('Print the uniform, unigram and n-gram perplexities of a text’s validation part.')
    .option('--json', 'print one line of JSON on stdout for each');
  addEncoding(addOptions(command, ['text'])).action(async (file: string, options: Record<string, unknown>) => {
    const { text } = configurationFrom(options, ['text']);
    if (text.validation === 0) {
      throw new UserError('--validation is 0, but baselines are measured on a validation text; hold out some of it.');
    }
    const corpus = prepareCorpus(readText(file, encodingOf(options)), text, nameOf(file));
    for (const note of corpus.notes) await say(asTyped(note));
    const rows = baselines(corpus.training, corpus.validation, corpus.tokenizer.vocabulary.length);
    if (rows.length === 0) {
      const held = corpus.validation.length === 1 ? '1 token' : '0 tokens';
      throw new UserError(
        `--validation (${text.validation}) holds out ${held} of ${nameOf(file)}, and baselines need two; hold out more of it.`,
      );
    }
    const measured = Math.min(mostValidation, corpus.validation.length);
    const first = corpus.training.length + 1; // the first token of the validation text is only read
    const { unknownTokens } = corpus.stretch(first, first + measured - 1);
    const unknown = { unknownTokens, unknownShare: unknownTokens / (measured - 1) };
    for (const { name, perplexity } of rows) {
      if (options.json)
        await out(toJson({ event: 'baseline', name, perplexity, nats: Math.log(perplexity), ...unknown }));
      else await out(`${name.padEnd(10)} ${inFigures(perplexity, 2)}`);
    }
    const counted = Math.min(mostTraining, corpus.training.length);
    await say(
      `Perplexity on ${measured} of ${corpus.validation.length} validation tokens, counts of ${counted} of ${corpus.training.length} training tokens; unknown tokens: ${unknownTokens} (${inPercent(unknown.unknownShare)}).`,
    );
    for (const line of unknownWarning(unknownTokens, measured - 1, nameOf(file))) await say(line);
  });
}

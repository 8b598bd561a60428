import type { Command } from 'commander';
import { readCheckpoint } from '../model/checkpoint';
import { parseConfiguration } from '../model/configuration';
import { toJson } from '../protocol/json';
import { corpusFor } from '../text/corpus';
import { inFigures, inPercent } from '../text/numbers';
import { showPath } from '../text/quote';
import { UserError } from '../text/user-error';
import { checkMeasurable, checkMeasured, evaluateAll } from '../training/perplexity';
import { nameOf, pathOf, readBytes } from './files';
import { asTyped, configurationFrom } from './options';
import type { Surroundings } from './surroundings';
import { addEncoding, encodingOf, readText } from './texts';
import { unknownWarning } from './unknown';
import { withEngine } from './with-engine';

/** `recurrent evaluate CHECKPOINT FILE`: perplexity, nats and bits of a text under a model. */
export function addEvaluate(program: Command, { dist, out, say }: Surroundings): void {
  addEncoding(program.command('evaluate'))
    .argument('<checkpoint>', 'a model that was trained here', pathOf('<checkpoint>'))
    .argument('<file>', 'the text to measure', pathOf('<file>'))
    .description('Print the perplexity, nats and bits of a text under a model.')
    .option('--json', 'print one line of JSON on stdout')
    .option('--batch <n>', 'rows of the text measured side by side, each from a zero state (default 1)')
    .option('--engine <fused|tfjs>', 'what computes (default: the checkpoint’s)')
    .action(async (checkpointFile: string, file: string, options: Record<string, unknown>) => {
      const checkpoint = readCheckpoint(readBytes(checkpointFile), showPath(checkpointFile));
      const { tokenizer, configuration: trained } = checkpoint;
      // How it was trained says nothing of how it is measured: another engine has no threads to choose and nothing to widen.
      const training = { ...trained.training, batch: 1, threads: 0, revectorize: false };
      const base = parseConfiguration({ ...trained, training }, showPath(checkpointFile));
      const stored = { configuration: base, source: 'the checkpoint', say: (line: string) => void say(line) };
      const configuration = configurationFrom(options, ['training'], stored);
      const text = readText(file, encodingOf(options));
      const corpus = corpusFor(tokenizer, text, { ...configuration.text, validation: 0, limit: 0 }, nameOf(file));
      for (const note of corpus.notes) await say(asTyped(note));
      checkMeasurable(corpus.ids, nameOf(file));
      const { batch } = configuration.training;
      const measurable = corpus.ids.length - 1;
      if (batch > measurable) {
        throw new UserError(
          `training.batch (${batch}) is more than the tokens of ${nameOf(file)} that can be measured (${measurable}); lower it.`,
        );
      }
      await withEngine(checkpoint, configuration, { dist }, async (engine) => {
        const sum = evaluateAll(engine, corpus.ids, batch, 256);
        checkMeasured(sum.mean, nameOf(file));
        const stretch = corpus.stretch(1, 1 + sum.tokens);
        const { unknownTokens } = stretch;
        const result = {
          tokens: sum.tokens,
          nats: sum.mean,
          perplexity: sum.perplexity,
          bitsPerToken: sum.mean / Math.LN2,
          bitsPerCharacter: sum.bitsPerCharacter(stretch),
          unknownTokens,
          unknownShare: unknownTokens / sum.tokens,
        };
        if (options.json) await out(toJson({ event: 'evaluation', ...result }));
        else {
          await out(`perplexity          ${inFigures(result.perplexity, 4)}`);
          await out(`nats per token      ${inFigures(result.nats, 4)}`);
          await out(`bits per token      ${inFigures(result.bitsPerToken, 4)}`);
          await out(`bits per character  ${inFigures(result.bitsPerCharacter, 4)}`);
          await out(`unknown tokens      ${unknownTokens} (${inPercent(result.unknownShare)})`);
          await say(`${result.tokens} ${result.tokens === 1 ? 'token' : 'tokens'} of ${nameOf(file)}.`);
        }
        for (const line of unknownWarning(unknownTokens, sum.tokens, nameOf(file))) await say(line);
      });
    });
}

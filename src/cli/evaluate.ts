import type { Command } from 'commander';
import { readCheckpoint } from '../model/checkpoint';
import { parseConfiguration } from '../model/configuration';
import { corpusFor } from '../text/corpus';
import { evaluateAll } from '../training/perplexity';
import { nameOf, readBytes } from './files';
import { asTyped, configurationFrom } from './options';
import type { Surroundings } from './surroundings';
import { addEncoding, encodingOf, readText } from './texts';
import { withEngine } from './with-engine';

/** `recurrent evaluate CHECKPOINT FILE`: perplexity, nats and bits of a text under a model. */
export function addEvaluate(program: Command, { dist, out, say }: Surroundings): void {
  addEncoding(program.command('evaluate'))
    .argument('<checkpoint>', 'a model that was trained here')
    .argument('<file>', 'the text to measure')
    .description('Print the perplexity, nats and bits of a text under a model.')
    .option('--json', 'print one line of JSON on stdout')
    .option('--batch <n>', 'rows of the text measured side by side, each from a zero state (default 1)')
    .option('--engine <fused|tfjs>', 'what computes (default: the checkpoint’s)')
    .action(async (checkpointFile: string, file: string, options: Record<string, unknown>) => {
      const checkpoint = readCheckpoint(readBytes(checkpointFile), checkpointFile);
      const { tokenizer, configuration: trained } = checkpoint;
      // How it was trained says nothing of how it is measured: another engine has no threads to choose and nothing to widen.
      const training = { ...trained.training, batch: 1, threads: 0, revectorize: false };
      const base = parseConfiguration({ ...trained, training }, checkpointFile);
      const configuration = configurationFrom(options, ['training'], base);
      const text = readText(file, encodingOf(options));
      const corpus = corpusFor(tokenizer, text, { ...configuration.text, validation: 0, limit: 0 }, nameOf(file));
      for (const note of corpus.notes) say(asTyped(note));
      await withEngine(checkpoint, configuration, { dist }, (engine) => {
        const sum = evaluateAll(engine, corpus.ids, configuration.training.batch, 256);
        const result = {
          tokens: sum.tokens,
          nats: sum.mean,
          perplexity: sum.perplexity,
          bitsPerToken: sum.mean / Math.LN2,
          bitsPerCharacter: sum.bitsPerCharacter(corpus.stretch(1, 1 + sum.tokens)),
        };
        if (options.json) out(JSON.stringify({ event: 'evaluation', ...result }));
        else {
          out(`perplexity          ${result.perplexity.toFixed(4)}`);
          out(`nats per token      ${result.nats.toFixed(4)}`);
          out(`bits per token      ${result.bitsPerToken.toFixed(4)}`);
          out(`bits per character  ${result.bitsPerCharacter.toFixed(4)}`);
          say(`${result.tokens} tokens of ${nameOf(file)}.`);
        }
      });
    });
}

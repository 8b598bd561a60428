import type { Command } from 'commander';
import { generate } from '../generation/generate';
import { readCheckpoint } from '../model/checkpoint';
import { toJson } from '../protocol/json';
import { showPath } from '../text/quote';
import { pathOf, readBytes } from './files';
import { addOptions, configurationFrom } from './options';
import type { Surroundings } from './surroundings';
import { withEngine } from './with-engine';

/** `recurrent sample CHECKPOINT`: text after a prompt. */
export function addSample(program: Command, { dist, out }: Surroundings): void {
  const command = program
    .command('sample')
    .argument('<checkpoint>', 'a model that was trained here', pathOf('<checkpoint>'))
    .description('Sample a continuation from a model.')
    .option('--json', 'print one line of JSON on stdout, with the bits of every token')
    .option('--seed <n>', 'seed of the sampling (default 0)');
  addOptions(command, ['generation'], 'the checkpoint’s').action(
    async (file: string, options: Record<string, unknown>) => {
      const checkpoint = readCheckpoint(readBytes(file), showPath(file));
      const { tokenizer } = checkpoint;
      const base = { ...checkpoint.configuration, training: { ...checkpoint.configuration.training, seed: 0 } };
      const configuration = configurationFrom(options, ['generation', 'training'], base);
      const { generation, training } = configuration;
      await withEngine(checkpoint, configuration, { dist, threads: 1 }, async (engine) => {
        const { prompt } = generation;
        const { normalize } = configuration.text;
        const request = {
          engine,
          tokenizer,
          normalize,
          prompt,
          options: generation,
          seed: training.seed,
          alternatives: 0,
        };
        const tokens = [...generate(request)].filter((token) => token !== undefined);
        const text = tokens.map((token) => token.text).join('');
        if (options.json) {
          await out(
            toJson({
              event: 'continuation',
              prompt,
              text,
              tokens: tokens.map(({ text, bits }) => ({ text, bits })),
            }),
          );
        } else await out(prompt + text);
      });
    },
  );
}

import type { Command } from 'commander';
import { generate } from '../generation/generate';
import type { PromptReport } from '../generation/prompt';
import type { SampledToken } from '../generation/sampled-token';
import { nothingUnknown } from '../generation/unknown';
import { readCheckpoint } from '../model/checkpoint';
import { toJson } from '../protocol/json';
import { wholeClusters } from '../text/clusters';
import { showPath } from '../text/quote';
import { pathOf, readBytes } from './files';
import { addOptions, configurationFrom } from './options';
import type { Surroundings } from './surroundings';
import { withEngine } from './with-engine';

/** `recurrent sample CHECKPOINT`: text after a prompt. */
export function addSample(program: Command, { dist, out, say }: Surroundings): void {
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
      const configuration = configurationFrom(options, ['generation', 'training'], {
        configuration: base,
        source: 'the checkpoint',
        say,
      });
      const { generation, training } = configuration;
      await withEngine(checkpoint, configuration, { dist, threads: 1 }, async (engine) => {
        const { prompt } = generation;
        const { normalize } = configuration.text;
        const unasked = { seed: training.seed, alternatives: 0 };
        let unknown = nothingUnknown;
        const report = (told: PromptReport) => {
          unknown = told.unknown;
          for (const note of told.notes) void say(note);
        };
        const writing = generate({ engine, tokenizer, normalize, prompt, options: generation, ...unasked, report });
        const tokens: SampledToken[] = [];
        let next = writing.next();
        for (; !next.done; next = writing.next()) if (next.value) tokens.push(next.value);
        const written = tokens.map((token) => token.text).join('');
        const text = next.value === 'length' ? wholeClusters(written) : written;
        if (options.json) {
          const line = { event: 'continuation', prompt, text, end: next.value, unknown };
          await out(toJson({ ...line, tokens: tokens.map(({ text, ids, bits }) => ({ text, ids, bits })) }));
        } else await out(prompt + text);
      });
    },
  );
}

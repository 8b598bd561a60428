import { type Command, InvalidArgumentError } from 'commander';
import { usualLags } from '../analysis/flow-level';
import { textFlow } from '../analysis/text-flow';
import { readCheckpoint } from '../model/checkpoint';
import { limitText } from '../text/normalize';
import { sameText } from '../text/same-text';
import { readBytes } from './files';
import type { Surroundings } from './surroundings';
import { addEncoding, readText } from './texts';
import { withEngine } from './with-engine';

/** Characters before the token that the model reads at most, as in the editor. */
const contextCharacters = 1000;

/** `recurrent flow CHECKPOINT FILE`: how far back the gradient of one token's loss reaches. */
export function addFlow(program: Command, { dist, out, say }: Surroundings): void {
  addEncoding(program.command('flow'))
    .argument('<checkpoint>', 'a model that was trained here')
    .argument('<file>', 'the text to look back in')
    .description(
      'Print ‖∂L/∂h‖ of each layer at every lag before a token whose loss is L, and for a linear RNN the exact powers of W_hh.',
    )
    .option('--at <n>', 'the token that ends with this character of the text (default: the last one)', whole)
    .option('--lags <n>', 'how many tokens to follow the gradient back', whole, usualLags)
    .option('--json', 'print one line of JSON on stdout for each lag')
    .action(
      async (
        checkpointFile: string,
        file: string,
        { at, lags, json, encoding }: { at?: number; lags: number; json?: boolean; encoding?: string },
      ) => {
        const checkpoint = readCheckpoint(readBytes(checkpointFile), checkpointFile);
        const { configuration, tokenizer } = checkpoint;
        const same = sameText(readText(file, encoding), tokenizer.form);
        const text = lastCharacters(limitText(same, at ?? 0), contextCharacters);
        await withEngine(checkpoint, configuration, { dist, threads: 1 }, (engine) => {
          const flow = textFlow(engine, tokenizer, text, lags, configuration.text.normalize);
          const { token, bits, before, norms, linear } = flow;
          before.forEach((read, lag) => {
            const layers = norms.map((layer) => layer[lag]);
            const exact = linear?.exact[lag];
            if (json) out(JSON.stringify({ event: 'lag', lag, token: read, norms: layers, exact }));
            else {
              const numbers = exact === undefined ? layers : [...layers, exact];
              out([lag, JSON.stringify(read), ...numbers.map((norm) => norm.toExponential(4))].join('\t'));
            }
          });
          const radius = linear ? `, spectral radius of W_hh ${linear.spectralRadius.toPrecision(4)}` : '';
          say(`Followed back from ${JSON.stringify(token)}, a surprise of ${bits.toFixed(2)} bits${radius}.`);
        });
      },
    );
}

/** The last n code points of a text, which may be long: each is one or two units. */
function lastCharacters(text: string, n: number): string {
  return [...text.slice(-2 * n)].slice(-n).join('');
}

function whole(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('It must be a whole number from 1.');
  return number;
}

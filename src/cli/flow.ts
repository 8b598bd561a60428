import { type Command, InvalidArgumentError } from 'commander';
import { usualLags } from '../analysis/flow-level';
import { textFlow } from '../analysis/text-flow';
import { readCheckpoint } from '../model/checkpoint';
import { toJson } from '../protocol/json';
import { limitText, normalize } from '../text/normalize';
import { inDigits, inFigures, inScientific } from '../text/numbers';
import { quote, showPath } from '../text/quote';
import { sameText } from '../text/same-text';
import { UserError } from '../text/user-error';
import { checkMeasurable, checkMeasured } from '../training/perplexity';
import { nameOf, pathOf, readBytes } from './files';
import type { Surroundings } from './surroundings';
import { addEncoding, readText } from './texts';
import { withEngine } from './with-engine';

/** Characters before the token that the model reads at most, as in the editor. */
const contextCharacters = 1000;

/** `recurrent flow CHECKPOINT FILE`: how far back the gradient of one token's loss reaches. */
export function addFlow(program: Command, { dist, out, say }: Surroundings): void {
  addEncoding(program.command('flow'))
    .argument('<checkpoint>', 'a model that was trained here', pathOf('<checkpoint>'))
    .argument('<file>', 'the text to look back in', pathOf('<file>'))
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
        const checkpoint = readCheckpoint(readBytes(checkpointFile), showPath(checkpointFile));
        const { configuration, tokenizer } = checkpoint;
        const whole = sameText(readText(file, encoding), tokenizer.form);
        if (at !== undefined) checkPlace(at, whole, nameOf(file));
        const text = lastCharacters(limitText(whole, at ?? 0), contextCharacters);
        await withEngine(checkpoint, configuration, { dist, threads: 1 }, async (engine) => {
          const { normalize: how } = configuration.text;
          checkMeasurable(
            tokenizer.encode(normalize(text, how === 'd2l' ? 'letters' : how, tokenizer.form)),
            nameOf(file),
          );
          const flow = textFlow(engine, tokenizer, text, lags, how);
          const { token, bits, before, norms, linear } = flow;
          checkMeasured(bits, nameOf(file));
          for (const [lag, read] of before.entries()) {
            const layers = norms.map((layer) => layer[lag]);
            const exact = linear?.exact[lag];
            if (json) await out(toJson({ event: 'lag', lag, token: read, norms: layers, exact }));
            else {
              const numbers = exact === undefined ? layers : [...layers, exact];
              await out([lag, JSON.stringify(read), ...numbers.map((norm) => inScientific(norm, 4))].join('\t'));
            }
          }
          const radius = linear ? `, spectral radius of W_hh ${inDigits(linear.spectralRadius, 4)}` : '';
          await say(`Followed back from ${quote(token)}, a surprise of ${inFigures(bits, 2)} bits${radius}.`);
        });
      },
    );
}

/** @throws UserError if the text ends before its n-th character */
function checkPlace(n: number, text: string, source: string): void {
  // A character is one or two units.
  if (n <= text.length / 2) return;
  let characters = 0;
  for (const _ of text) characters++;
  if (n > characters) throw new UserError(`--at is ${n}, but ${source} has ${characters} characters.`);
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

import type { RunSummary } from '../src/protocol/runs';
import { significant } from './metrics';

/** What must be the same for perplexities to be of the same things, and for bits per character too. */
const tokensOf = ({ configuration: { text }, prepared }: RunSummary) => `${text.tokenizer} ${prepared?.vocabulary}`;
const textOf = ({ source, configuration: { text } }: RunSummary) => `${source} ${text.normalize}`;

/**
 * What a person should know before they compare the perplexities of runs; nothing if all are of the same tokens.
 * @param runs the one in front first
 */
export function comparability(runs: readonly RunSummary[]): string {
  const ready = runs.filter(({ prepared }) => prepared !== undefined);
  const [front, ...others] = ready;
  if (!front) return '';
  if (others.some((other) => textOf(other) !== textOf(front))) {
    return 'These runs learn different texts, or the same one made simpler, so their perplexities cannot be compared.';
  }
  if (others.every((other) => tokensOf(other) === tokensOf(front))) return '';
  const bits = ready.map(
    ({ name, latest }) =>
      `${name}: ${latest?.bitsPerCharacter === undefined ? '–' : significant(latest.bitsPerCharacter)}`,
  );
  return `These runs have different tokens, so their perplexities cannot be compared; bits per character can. ${bits.join(', ')}.`;
}

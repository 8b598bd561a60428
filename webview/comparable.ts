import type { RunSummary } from '../src/protocol/runs';
import { significant } from './metrics';

/** What must be the same for perplexities to be of the same things, and for bits per character too. */
const tokensOf = ({ configuration: { text }, prepared }: RunSummary) => `${text.tokenizer} ${prepared?.vocabulary}`;

/**
 * Whether the perplexities of two runs are of one text, and of the same part of it. A file may have changed between them, or have
 * another name now: the content decides, and where a record of an older version lacks that, the name and what was done to it.
 */
function isOfOneText(one: RunSummary, other: RunSummary): boolean {
  const [a, b] = [one, other].map(({ configuration: { text } }) => text);
  if (a.validation !== b.validation) return false;
  const [content, otherContent] = [one, other].map(({ prepared }) => prepared?.fingerprint);
  if (content !== undefined && otherContent !== undefined) return content === otherContent;
  return one.source === other.source && a.normalize === b.normalize && a.limit === b.limit;
}

/**
 * What a person should know before they compare the perplexities of runs; nothing if all are of the same tokens.
 * @param runs the one in front first
 */
export function comparability(runs: readonly RunSummary[]): string {
  const ready = runs.filter(({ prepared }) => prepared !== undefined);
  const [front, ...others] = ready;
  if (!front) return '';
  if (others.some((other) => !isOfOneText(front, other))) {
    return 'These runs learn different texts, or the same one made simpler or cut otherwise, so their perplexities cannot be compared.';
  }
  if (others.every((other) => tokensOf(other) === tokensOf(front))) return '';
  const bits = ready.map(
    ({ name, latest }) =>
      `${name}: ${latest?.bitsPerCharacter === undefined ? '–' : significant(latest.bitsPerCharacter)}`,
  );
  return `These runs have different tokens, so their perplexities cannot be compared; bits per character can. ${bits.join(', ')}.`;
}

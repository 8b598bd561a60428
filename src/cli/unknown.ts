import { inPercent } from '../text/numbers';

/** Share of unknown tokens above which a perplexity says little of the text, and a person is told. */
const tooMany = 0.03;

/** What is to be read beside a perplexity of a text that the tokenizer does not know all of; nothing if it knows nearly all. */
export function unknownWarning(unknown: number, tokens: number, source: string): string[] {
  if (!(unknown > tooMany * tokens)) return [];
  return [
    `${unknown} of ${tokens} tokens of ${source} (${inPercent(unknown / tokens)}) are <unk>, which stands for anything unknown and costs little: compare bits per character, which charge the spelling, and not perplexities.`,
  ];
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** UTF-16 units from the end in which the last cluster is looked for: none that people write is longer. */
const longestCluster = 64;

/** Joins what stands before it to what was to come. */
const joiner = '\u200d';

/**
 * A text that was cut at some length, without a last grapheme cluster that was plainly cut in two: one that ends with a
 * joiner, or half a flag.
 */
export function wholeClusters(text: string): string {
  const flags = /\p{Regional_Indicator}+$/u.exec(text)?.[0] ?? '';
  if (flags.length % 4 === 2) return text.slice(0, -2);
  if (!text.endsWith(joiner)) return text;
  const end = text.slice(-longestCluster);
  const last = [...segmenter.segment(end)].at(-1);
  return text.slice(0, text.length - (last?.segment.length ?? joiner.length));
}

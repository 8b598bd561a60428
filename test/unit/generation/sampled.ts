import type { SampledToken } from '../../../src/generation/sampled-token';

/** The tokens of a continuation, without the looks away while its prompt is read. */
export function tokensOf(writing: Iterable<SampledToken | undefined>): SampledToken[] {
  return [...writing].filter((token) => token !== undefined);
}

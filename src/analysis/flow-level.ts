/** Tokens that the loss of a chosen one is followed back through, unless otherwise asked. */
export const usualLags = 100;

/** Levels of a norm, besides none. */
export const flowLevels = 8;

/** Levels that lie in one decade. */
const levelsPerDecade = 2;

/**
 * How strongly a norm is shown beside the greatest: 8 for at least its 1/√10, one less for each half decade below that, 0 for
 * what is 10⁴ times smaller or more, and for what is no positive number.
 */
export function flowLevel(norm: number, greatest: number): number {
  const share = norm / greatest;
  if (!(share > 0) || !Number.isFinite(share)) return 0;
  return Math.max(0, Math.min(flowLevels, flowLevels + Math.ceil(levelsPerDecade * Math.log10(share) - 1e-9)));
}

/** From here on a number is written with an exponent: more digits are no longer read. */
const largestInFull = 1e6;

/**
 * A measurement as people read it: with so many decimals, and as `2.16e+155` once it is a million or more. ∞ where it grew
 * beyond the largest number, – where there is none.
 */
export function inFigures(value: number | undefined, decimals: number): string {
  if (value === undefined || Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  if (Math.abs(value) >= largestInFull) return value.toExponential(2);
  return (value + 0).toFixed(decimals).replace(/^-(?=0\.?0*$)/, '');
}

/** The same for what spans many decades, such as norms and rates: so many significant digits. */
export function inDigits(value: number | undefined, digits: number): string {
  if (value === undefined || !Number.isFinite(value)) return inFigures(value, 0);
  return Math.abs(value) >= largestInFull ? value.toExponential(digits - 1) : value.toPrecision(digits);
}

/** The same with an exponent and so many decimals always, for columns of numbers over many decades. */
export function inScientific(value: number | undefined, decimals: number): string {
  if (value === undefined || !Number.isFinite(value)) return inFigures(value, 0);
  return value.toExponential(decimals);
}

/** A share as a percentage, such as `3.1%`; what is above 0 never reads as 0. */
export function inPercent(share: number | undefined): string {
  if (share === undefined || !Number.isFinite(share)) return inFigures(share, 0);
  const percent = 100 * share;
  if (percent > 0 && percent < 0.1) return '<0.1%';
  return `${percent < 10 ? Number(percent.toFixed(1)) : Math.round(percent)}%`;
}

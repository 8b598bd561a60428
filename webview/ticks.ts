/** A step of 1, 2 or 5 times a power of ten that divides `span` into at most `most` parts. */
function niceStep(span: number, most: number): number {
  const rough = span / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const fraction = rough / power;
  return power * (fraction <= 1 ? 1 : fraction <= 2 ? 2 : fraction <= 5 ? 5 : 10);
}

/** Multiples of a step from `low` to `high`; the ends where numbers are too large to tell them apart. */
function multiples(step: number, low: number, high: number): number[] {
  const most = Number.MAX_SAFE_INTEGER / 1000;
  if (!(step > 0) || Math.abs(low / step) > most || Math.abs(high / step) > most) return [low, high];
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}

/** Round numbers from `low` to `high`, at most about `most` of them, evenly apart. */
export function linearTicks(low: number, high: number, most: number): number[] {
  return high > low ? multiples(niceStep(high - low, most), low, high) : [low];
}

const timeSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400];

/** Round times from `low` to `high`, in seconds, at most about `most` of them. */
export function timeTicks(low: number, high: number, most: number): number[] {
  const step = timeSteps.find((seconds) => (high - low) / seconds <= most);
  if (step === undefined || high - low < 3) return linearTicks(low, high, most);
  return multiples(step, low, high);
}

const mantissas = [[1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]];

/** Round numbers for a logarithmic axis, at most about `most`: 1, 2, 5 in each decade, more when few fit, fewer when many do. */
export function logTicks(low: number, high: number, most: number): number[] {
  if (!(low > 0) || !(high > low)) return [low];
  if (high / low < 2) return linearTicks(low, high, most);
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  for (const set of mantissas) {
    const ticks: number[] = [];
    for (let decade = first; decade <= last; decade++) {
      for (const mantissa of set) {
        const tick = Number((mantissa * 10 ** decade).toPrecision(12));
        if (within(tick, low, high)) ticks.push(tick);
      }
    }
    if (ticks.length <= most) return ticks;
  }
  const every = Math.ceil((last - first + 1) / Math.max(1, most));
  const ticks: number[] = [];
  for (let decade = first; decade <= last; decade++) {
    const tick = Number((10 ** decade).toPrecision(12));
    if (decade % every === 0 && within(tick, low, high)) ticks.push(tick);
  }
  return ticks;
}

/** Whether a tick lies between the ends, or on one of them but for rounding. */
function within(tick: number, low: number, high: number): boolean {
  return Number.isFinite(tick) && tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9);
}

/**
 * JSON on one line, in which a number without a finite value does not stand: a field that holds one is left out, and a list of
 * numbers ends before its first. `JSON.stringify` would write null for both, which reads as a measurement.
 */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === 'number') return Number.isFinite(part) ? part : undefined;
    if (!Array.isArray(part)) return part;
    const first = part.findIndex((item) => typeof item === 'number' && !Number.isFinite(item));
    return first < 0 ? part : part.slice(0, first);
  });
}

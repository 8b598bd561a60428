/**
 * Long work that can be given up and told about: yields every few milliseconds the share of it that is done, from 0 to 1, and
 * returns its result.
 */
export type Work<T> = Generator<number, T, void>;

/** Does all of some work at once, as for a short text. */
export function finish<T>(work: Generator<unknown, T, void>): T {
  for (;;) {
    const next = work.next();
    if (next.done) return next.value;
  }
}

/** Work that is a part of longer work: its shares, 0 to 1, become those from `from` to `to`. */
export function* within<T>(from: number, to: number, work: Work<T>): Work<T> {
  for (;;) {
    const next = work.next();
    if (next.done) return next.value;
    yield from + (to - from) * next.value;
  }
}

/** Where work stands that has several parts. */
export interface Progress<What extends string> {
  /** The part under way. */
  readonly what: What;
  /** Of that part, from 0 to 1. */
  readonly share: number;
}

/** Work as one part of several: its shares get its name. */
export function* part<What extends string, T>(what: What, work: Work<T>): Generator<Progress<What>, T, void> {
  for (;;) {
    const next = work.next();
    if (next.done) return next.value;
    yield { what, share: next.value };
  }
}

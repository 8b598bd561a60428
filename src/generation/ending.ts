/** Where a continuation may end before its length is reached: with its line, or with its sentence. */
export type Ending = 'line' | 'sentence';

/** A sentence's last marks, and quotes or brackets that close after them. */
const sentenceEnd = /[.!?…。！？][\])}"'’”»」』]*$/u;

/**
 * How much of a token still belongs to the continuation.
 * @param before what was continued so far
 * @param token the text that comes next
 * @param stop text that ends the continuation and is left out
 * @returns UTF-16 units of the token to keep; undefined if all of it, and it goes on
 */
export function endsWithin(before: string, token: string, ending?: Ending, stop?: string): number | undefined {
  const ends: number[] = [];
  if (stop) {
    const tail = before.slice(Math.max(0, before.length - stop.length + 1));
    const at = (tail + token).indexOf(stop);
    if (at >= 0) ends.push(Math.max(0, at - tail.length));
  }
  if (ending === 'line' && token.includes('\n')) ends.push(token.indexOf('\n'));
  if (ending === 'sentence') {
    for (const { index } of token.matchAll(/\s/gu)) {
      if (sentenceEnd.test(before + token.slice(0, index))) ends.push(index);
    }
  }
  return ends.length > 0 ? Math.min(...ends) : undefined;
}

/** UTF-16 units of a continuation that are looked back at for its end. */
const lookBack = 200;

/** As much of what was continued so far as `endsWithin` needs to know. */
export function lastOf(written: string): string {
  return written.slice(-lookBack);
}

/** Where a continuation may end before its length is reached: with its line, or with its sentence. */
export type Ending = 'line' | 'sentence';

/** A sentence's last marks, and quotes or brackets that close after them. */
const sentenceEnd = /[.!?…。！？][\])}"'’”»」』]*$/u;

/**
 * Why a continuation ended: it had its length; the text came that it was to stop at; its line or sentence was over; or nothing
 * may follow.
 */
export type End = 'length' | 'stop' | 'ending' | 'nothing';

/** Where in a token a continuation ends, and why. */
export interface EndWithin {
  /** UTF-16 units of the token that still belong to it. */
  readonly at: number;
  readonly why: 'stop' | 'ending';
}

/**
 * How much of a token still belongs to the continuation.
 * @param before what was continued so far
 * @param token the text that comes next
 * @param stop text that ends the continuation and is left out
 * @returns the first end in it; undefined if all of it belongs, and it goes on
 */
export function endsWithin(before: string, token: string, ending?: Ending, stop?: string): EndWithin | undefined {
  const ends: EndWithin[] = [];
  if (stop) {
    const tail = before.slice(Math.max(0, before.length - stop.length + 1));
    const at = (tail + token).indexOf(stop);
    if (at >= 0) ends.push({ at: Math.max(0, at - tail.length), why: 'stop' });
  }
  if (ending === 'line' && token.includes('\n')) ends.push({ at: token.indexOf('\n'), why: 'ending' });
  if (ending === 'sentence') {
    for (const { index } of token.matchAll(/\s/gu)) {
      if (sentenceEnd.test(before + token.slice(0, index))) ends.push({ at: index, why: 'ending' });
    }
  }
  return ends.sort((a, b) => a.at - b.at)[0];
}

/** UTF-16 units of a continuation that are looked back at for its end. */
const lookBack = 200;

/** As much of what was continued so far as `endsWithin` needs to know. */
export function lastOf(written: string): string {
  return written.slice(-lookBack);
}

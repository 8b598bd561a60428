/** Letters and marks of scripts that are written from the right, and the marks that turn direction. */
const fromRight =
  /[\u0590-\u08ff\u200f\u202b\u202e\u2067\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * Somebody's text inside a sentence of ours, where the sentence is plain text (a label, a tooltip): between marks that keep its
 * direction to itself, if it has one of its own. In HTML there is `<bdi>` for it.
 */
export function isolated(text: string): string {
  return fromRight.test(text) ? `\u2068${text}\u2069` : text;
}

/** Whether an element's text runs from right to left. */
export function isFromRight(element: Element): boolean {
  return getComputedStyle(element).direction === 'rtl';
}

/** What is to be remembered, and what stands between it and its recall. */
const keys = 'ABCD';
const between = ' sailed to ';

/** Lines of the text, so many that the rows which gradient flow is measured on end just before a recall. */
const lineCount = 3005;

/** Steps back from where a key must be known again to where it was read. */
export const recallLag = between.length;

/** Tokens of a window that ends just before the recall of its second line, if it begins with a line. */
export const recallSteps = keyed(keys[0]).length + recallLag + 1;

/**
 * A text where memory shows: lines such as `C sailed to C`. All between the two letters is the same in every line, so a
 * model learns it at once; which letter comes at the end is told by the first one alone, eleven steps before.
 * @returns the perplexities per character of the best model that remembers and of the best that does not stand beside it
 */
export function recallText(): { readonly text: string; readonly remembering: number; readonly forgetting: number } {
  const random = generator();
  const lines = Array.from({ length: lineCount }, () => keyed(keys[Math.floor(random() * keys.length)]));
  const text = lines.join('');
  // Of a line's characters the first is a choice of four; the last is one for those only who do not remember.
  const choice = Math.log(keys.length) / keyed(keys[0]).length;
  return { text, remembering: Math.exp(choice), forgetting: Math.exp(2 * choice) };
}

function keyed(key: string): string {
  return `${key}${between}${key}\n`;
}

/** Uniform in [0, 1), the same each time: a linear congruential generator with the constants of Numerical Recipes. */
function generator(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

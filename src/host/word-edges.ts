/** A letter, a mark, a digit or an underscore of any script. */
const wordCharacter = '[\\p{L}\\p{M}\\p{N}_]';
/** A text that begins with one. */
export const wordAtStart = new RegExp(`^${wordCharacter}`, 'u');
/** A text that ends with one. */
export const wordAtEnd = new RegExp(`${wordCharacter}$`, 'u');
/** Scripts that put no blanks between words, so that any two of their letters may be of two words. */
const unspaced = '[\\p{sc=Han}\\p{sc=Hira}\\p{sc=Kana}\\p{sc=Thai}\\p{sc=Laoo}\\p{sc=Khmr}\\p{sc=Mymr}]';
const unspacedAtStart = new RegExp(`^${unspaced}`, 'u');
const unspacedAtEnd = new RegExp(`${unspaced}\\p{M}*$`, 'u');
/** Marks within words, with the letter that they are followed by. */
const innerMark = /^['’ʼ׳״·\p{Cf}]+[\p{L}\p{M}\p{N}]/u;
/** Underscores with nothing of a word behind them close what others opened, as in Markdown. */
const underscoredWord = /^_*[\p{L}\p{M}\p{N}]/u;

/** Whether a text ends within or at the beginning of a word that goes on in the text after it. */
export function endsWithin(before: string, after: string): boolean {
  return underscoredWord.test(after) || (wordAtEnd.test(before) && innerMark.test(after));
}

/** Whether two texts, one after the other, make one word of two. */
export function joins(left: string, right: string): boolean {
  if (!wordAtEnd.test(left) || !wordAtStart.test(right)) return false;
  return !(unspacedAtEnd.test(left) && unspacedAtStart.test(right));
}

/** A text without the word that it ends within. */
export function withoutOpenWord(text: string): string {
  const characters = [...text];
  while (characters.length > 0 && wordAtStart.test(characters[characters.length - 1])) characters.pop();
  return characters.join('');
}

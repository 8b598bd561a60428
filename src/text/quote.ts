/** Characters of someone's text that a message shows, at most. */
export const longestQuote = 60;

/**
 * Something that came from outside (a file's text, an option's value, a prompt) as a message may show it: on one line, in
 * double quotes, with control characters, line ends and marks of direction escaped, and at most 60 characters of it.
 */
export function quote(text: string): string {
  return `"${escapeText(text)}"`;
}

/** The same without quotation marks, where a message has its own or needs none, as for a name. */
export function escapeText(text: string): string {
  // Two units a character at most, so this is all that can be shown of a text however long.
  const characters = [...text.slice(0, 2 * longestQuote + 2)];
  const shown = characters.slice(0, longestQuote).map(escapeCharacter).join('');
  return characters.length > longestQuote ? `${shown}…` : shown;
}

/** Characters of a path that a message shows, at most, and how many of its end are among them. */
const longestPath = 200;
const pathEnd = 120;

/** A path or a file's name as a message may show it: on one line, and without its middle if it is very long. */
export function showPath(path: string): string {
  const characters = [...path];
  const show = (part: readonly string[]) =>
    part.map((character) => ('"\\'.includes(character) ? character : escapeCharacter(character))).join('');
  if (characters.length <= longestPath) return show(characters);
  return `${show(characters.slice(0, longestPath - pathEnd))}…${show(characters.slice(-pathEnd))}`;
}

/** Control characters, line and paragraph ends, marks of direction, surrogates that stand alone, and what no font has. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;

function escapeCharacter(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\t') return '\\t';
  if (character === '"' || character === '\\') return `\\${character}`;
  // The joiners belong to the spelling of many scripts and of emoji.
  if (!unprintable.test(character) || character === '\u200c' || character === '\u200d') return character;
  const point = character.codePointAt(0)!.toString(16).toUpperCase();
  return point.length > 4 ? `\\u{${point}}` : `\\u${point.padStart(4, '0')}`;
}

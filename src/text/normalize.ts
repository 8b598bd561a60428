/** What can be done to a text before it becomes tokens. */
export type Normalization = 'none' | 'lowercase' | 'letters' | 'd2l';

/** Line ends as Python's `str.splitlines` sees them, which is what the lecture's reader splits at. */
const lineEnd = new RegExp(`\r\n|[\n\r\v\f${String.fromCharCode(0x1c, 0x1d, 0x1e)}\u0085\u2028\u2029]`);

/**
 * Normalises a text: `none` leaves it, `lowercase` lowers it, `letters` turns every run of anything but A–Z and a–z into one
 * space and lowers it, `d2l` does that line by line, strips each line, and joins the lines with nothing between.
 */
export function normalize(text: string, how: Normalization): string {
  switch (how) {
    case 'none':
      return text;
    case 'lowercase':
      return text.toLowerCase();
    case 'letters':
      return text.replace(/[^A-Za-z]+/g, ' ').toLowerCase();
    case 'd2l':
      return text
        .split(lineEnd)
        .map((line) => line.replace(/[^A-Za-z]+/g, ' ').trim())
        .join('')
        .toLowerCase();
  }
}

/** The first `limit` characters (code points) of a text; all of it if `limit` is 0. */
export function limitText(text: string, limit: number): string {
  if (limit === 0 || text.length <= limit) return text;
  let end = 0;
  for (let count = 0; count < limit && end < text.length; count++) end += text.codePointAt(end)! > 0xffff ? 2 : 1;
  return text.slice(0, end);
}

/** Characters (code points) of a text. */
export function countCharacters(text: string): number {
  let count = text.length;
  for (let i = 0; i + 1 < text.length; i++) {
    if ((text.charCodeAt(i) & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      count--;
      i++;
    }
  }
  return count;
}

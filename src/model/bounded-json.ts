/** What a JSON text may hold at most. */
export interface JsonLimits {
  /** Lists and objects within one another. */
  readonly depth: number;
  /** Values of all kinds, lists and objects counted too. */
  readonly values: number;
}

/**
 * Reads JSON that anybody may have written. Values are counted before the first is made, so that a short text makes no large
 * object and nothing that follows meets one too deep for it; and an object that has a name twice is refused, of which
 * JSON.parse takes the last.
 * @param refuse makes the error from what is wrong with the text, such as `is not JSON`
 */
export function parseBounded(text: string, { depth, values }: JsonLimits, refuse: (fault: string) => Error): unknown {
  const counted = count(text, depth, values);
  if (counted.deepest > depth) throw refuse('is nested too deeply');
  if (counted.values > values) throw refuse('has more values than Recurrent writes');
  const value = parse(text, refuse);
  if (countNames(value) !== counted.names) throw refuse('has the same name twice in one object');
  return value;
}

function parse(text: string, refuse: (fault: string) => Error): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refuse('is not JSON');
  }
}

/** Counts by the marks outside of strings, at most one value too many for each empty list or object; stops beyond a limit. */
function count(text: string, depth: number, most: number): { deepest: number; values: number; names: number } {
  let open = 0;
  let deepest = 0;
  let values = 1;
  let names = 0;
  for (let i = 0; i < text.length && deepest <= depth && values <= most; i++) {
    switch (text[i]) {
      case '"':
        i = endOfString(text, i);
        break;
      case '[':
      case '{':
        deepest = Math.max(deepest, ++open);
        values++;
        break;
      case ']':
      case '}':
        open--;
        break;
      case ',':
        values++;
        break;
      case ':':
        names++;
    }
  }
  return { deepest, values, names };
}

/** Index of the quotation mark that closes the string which begins at `start`; the text's length if none does. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text[end - 1 - escapes] === '\\') escapes++;
    if (escapes % 2 === 0) return end;
  }
  return text.length;
}

/** Names of all objects within a value, which is not deep. */
function countNames(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const parts: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  let names = parts === value ? 0 : parts.length;
  for (const part of parts) names += countNames(part);
  return names;
}

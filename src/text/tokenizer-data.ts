import type { TextForm } from './same-text';
import { unknownToken } from './unknown';

/** What a checkpoint keeps of a tokenizer. */
export type TokenizerData =
  | { readonly kind: 'characters' | 'words'; readonly form: TextForm; readonly vocabulary: readonly string[] }
  | { readonly kind: 'subwords'; readonly form: TextForm; readonly merges: readonly Merge[] };

/** The two tokens that a subword is made of. */
export type Merge = readonly [number, number];

/** Tokens of a vocabulary of words or subwords, at most. */
export const largestVocabulary = 20_000;

/** Bytes of the longest piece that subwords are learnt from: 48 characters of four bytes, and a space before them. */
const longestSubword = 4 * 48 + 1;

/**
 * Checks what anybody may have written for a tokenizer's data, with no more room than the data themselves take.
 * @param refuse makes the error from what is wrong
 */
export function checkTokenizerData(data: unknown, refuse: (fault: string) => Error): TokenizerData {
  const fail = (fault: string): never => {
    throw refuse(fault);
  };
  if (!isRecord(data)) return fail('it is no object');
  // One that does not say was learnt from a text as it was written.
  const { kind, form = 'written', vocabulary, merges, ...more } = data;
  if (Object.keys(more).length > 0) return fail('it has parts that no tokenizer has');
  if (form !== 'unified' && form !== 'written') return fail('its form is none of unified and written');
  switch (kind) {
    case 'characters':
    case 'words':
      if (merges !== undefined || !isVocabulary(vocabulary))
        return fail('its vocabulary is no list of two tokens or more');
      return { kind, form, vocabulary: checkVocabulary(kind, vocabulary, fail) };
    case 'subwords':
      if (vocabulary !== undefined || !areMerges(merges)) return fail('its merges are no list of pairs of tokens');
      return { kind, form, merges: checkMerges(merges, fail) };
    default:
      return fail('its kind is none of characters, words and subwords');
  }
}

function checkVocabulary(
  kind: 'characters' | 'words',
  vocabulary: readonly string[],
  fail: (fault: string) => never,
): readonly string[] {
  if (vocabulary[0] !== unknownToken) fail(`its first token is not ${unknownToken}`);
  if (kind === 'characters' && !vocabulary.every((text, id) => id === 0 || isCharacter(text))) {
    fail('a token after the first is not one character');
  }
  if (kind === 'words' && vocabulary.length > largestVocabulary) fail(`it has more than ${largestVocabulary} tokens`);
  if (!areDistinct(kind, vocabulary)) fail('a token occurs twice');
  return vocabulary;
}

function checkMerges(merges: readonly Merge[], fail: (fault: string) => never): readonly Merge[] {
  if (256 + merges.length > largestVocabulary) fail(`it has more than ${largestVocabulary} tokens`);
  const lengths = new Uint16Array(256 + merges.length).fill(1, 0, 256); // bytes of each token
  const seen = new Set<number>();
  merges.forEach(([a, b], i) => {
    const made = 256 + i;
    if (a >= made || b >= made) fail('a merge names a token that does not exist yet');
    lengths[made] = lengths[a] + lengths[b];
    if (lengths[made] > longestSubword) fail(`a token has more than ${longestSubword} bytes`);
    seen.add(a * largestVocabulary + b);
  });
  if (seen.size < merges.length) fail('a merge occurs twice');
  return merges;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isVocabulary = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length >= 2 && value.every((text) => typeof text === 'string' && text !== '');

/** Whether no text occurs twice. Characters are kept in order, which shows it without remembering any. */
function areDistinct(kind: 'characters' | 'words', texts: readonly string[]): boolean {
  const point = (id: number) => texts[id].codePointAt(0)!;
  if (kind === 'characters' && texts.every((_, id) => id < 2 || point(id - 1) < point(id))) return true;
  return new Set(texts).size === texts.length;
}

const isToken = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const areMerges = (value: unknown): value is Merge[] =>
  Array.isArray(value) && value.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every(isToken));

const isCharacter = (text: string): boolean => text.length === (text.codePointAt(0)! > 0xffff ? 2 : 1);

import { countCharacters, type Normalization } from './normalize';
import { sameText, type TextForm } from './same-text';
import type { Spelt } from './spelling';
import type { Tokenizer, TokenizerOptions } from './tokenizer';
import { UserError } from './user-error';
import { isWord } from './words';

/** Shares of the letters, of the tokens and of all characters that are worth a note when they are lost. */
const notable = { letters: 0.001, unknown: 0.01, replaced: 0.001 };

/** Share of the letters that may be lost to a normalisation without a refusal. */
const bearable = 1 / 3;

/** Occurrences of each character, on average, below which there is little to learn of it; and how many make that matter. */
const seldom = 4;
const manyCharacters = 64;

/** Characters and tokens that are so few that a person should know. */
const fewCharacters = 1000;
const fewTokens = 50;

/** A share as people read it: never 0% or 100% for what is neither. */
export function percent(share: number): string {
  const percent = 100 * share;
  if (percent >= 10) return `${percent > 99 && share < 1 ? Math.floor(percent) : Math.round(percent)}%`;
  return `${Number(percent.toPrecision(2))}%`;
}

const counted = (n: number) => n.toLocaleString('en');

/**
 * What a normalisation to letters takes away of a text, as a note or nothing.
 * @param refuse whether a text that loses most of them is refused
 * @throws UserError if it is
 */
export function lettersLost(text: string, how: Normalization, source: string, refuse: boolean): string | undefined {
  if (how !== 'letters' && how !== 'd2l') return undefined;
  const { all, kept } = countLetters(text);
  const share = (all - kept) / all;
  if (!(share >= notable.letters)) return undefined;
  if (refuse && share > bearable) {
    throw new UserError(
      `${source} would lose ${percent(share)} of its letters, as text.normalize '${how}' keeps only those from A to Z: set it to 'none' or 'lowercase'.`,
    );
  }
  return `${percent(share)} of the letters of ${source} (${counted(all - kept)} of ${counted(all)}) are left out, as text.normalize '${how}' keeps only those from A to Z; 'none' and 'lowercase' keep them all.`;
}

/** Whether a UTF-16 unit is a letter. (65536) */
let letterTable: Uint8Array | undefined;

const letter = /^\p{L}$/u;

/** Letters of a text in every script, and those among them that are A–Z or a–z. */
function countLetters(text: string): { readonly all: number; readonly kept: number } {
  letterTable ??= Uint8Array.from({ length: 65536 }, (_, unit) => (letter.test(String.fromCharCode(unit)) ? 1 : 0));
  let all = 0;
  let kept = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const lower = unit | 32;
    if (lower >= 97 && lower <= 122) {
      kept++;
      all++;
    } else if (letterTable[unit] === 1) all++;
    else if ((unit & 0xfc00) === 0xd800 && letter.test(text.slice(i, i + 2))) all++;
  }
  return { all, kept };
}

/**
 * What of a text's words the vocabulary that was learnt from it lacks, as a note or nothing.
 * @throws UserError if nothing of it is left but white space and punctuation
 */
export function wordsLost(
  tokenizer: Tokenizer,
  spelt: WithUnknown,
  source: string,
  { minFrequency, vocabularySize }: TokenizerOptions,
): string | undefined {
  if (tokenizer.kind !== 'words') return undefined;
  const { unknown, all } = countWords(tokenizer, spelt);
  const share = unknown / all;
  if (!(share >= notable.unknown)) return undefined;
  const remedy = `lower text.minFrequency (${minFrequency}), raise text.vocabularySize (${vocabularySize}), or take the tokenizer 'characters' or 'subwords', which know every word.`;
  if (unknown === all) {
    throw new UserError(`${source} has no word that is frequent enough, only white space and marks: ${remedy}`);
  }
  return `${percent(share)} of the words of ${source} (${counted(unknown)} of ${counted(all)}) are too rare for the vocabulary and became <unk>: ${remedy}`;
}

/** What a model's normalisation takes away of a text, as notes. @param text before it is normalised */
export function lossesUnder(text: string, how: Normalization, source: string, form: TextForm): string[] {
  const lost = lettersLost(sameText(text, form), how, source, false);
  return lost === undefined ? [] : [lost];
}

type WithUnknown = Pick<Spelt, 'ids' | 'unknownWords'>;

/** Words of a text, white space and punctuation left out, and those among them that are `<unk>`. */
function countWords({ vocabulary, unknown: unknownId }: Tokenizer, { ids, unknownWords }: WithUnknown) {
  const words = Uint8Array.from(vocabulary, (word, id) => (id !== unknownId && isWord(word) ? 1 : 0)); // (V)
  let all = unknownWords;
  for (let i = 0; i < ids.length; i++) all += words[ids[i]];
  return { unknown: unknownWords, all };
}

/** What a person should know of the characters that a vocabulary was learnt from, as notes. */
export function oddCharacters(text: string, tokenizer: Tokenizer, source: string): string[] {
  const notes = [];
  const characters = countCharacters(text);
  const replaced = text.split('\uFFFD').length - 1;
  if (replaced / characters >= notable.replaced) {
    notes.push(
      `${source} has ${counted(replaced)} replacement characters (U+FFFD, ${percent(replaced / characters)} of it), as a text has that was once read in a wrong encoding.`,
    );
  }
  const distinct = tokenizer.vocabulary.length - 1;
  if (tokenizer.kind === 'characters' && distinct >= manyCharacters && characters < seldom * distinct) {
    notes.push(
      `${source} has ${counted(distinct)} distinct characters among ${counted(characters)}, so that there is little to learn of each: use a longer text, or the tokenizer 'subwords'.`,
    );
  }
  return notes;
}

/** What a person should know of how little is left to learn or to measure, as notes. */
export function littleLeft(
  { all, used, held }: { readonly all: number; readonly used: number; readonly held: number },
  options: { readonly limit: number; readonly validation: number },
  source: string,
): string[] {
  const notes = [];
  if (used < fewCharacters && used < all / 10) {
    notes.push(
      `text.limit (${options.limit}) uses ${counted(used)} of the ${counted(all)} characters of ${source} (${percent(used / all)}).`,
    );
  }
  if (options.validation > 0 && held >= 2 && held < fewTokens) {
    notes.push(
      `text.validation (${options.validation}) holds out ${held} tokens of ${source}, too few to measure a model well: hold out more of it, or use a longer text.`,
    );
  }
  return notes;
}

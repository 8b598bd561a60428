import { CharacterTokenizer, learnCharacters } from './characters';
import { learnSubwords, SubwordTokenizer } from './subwords';
import type { Tokenizer, TokenizerOptions } from './tokenizer';
import { checkTokenizerData } from './tokenizer-data';
import { UserError } from './user-error';
import { learnWords, WordTokenizer } from './words';
import { finish, type Work } from './work';

/** A tokenizer, and what a person should know of how it was learnt. */
export interface LearntTokenizer {
  readonly tokenizer: Tokenizer;
  /** Sentences. */
  readonly notes: readonly string[];
}

/**
 * Learns a vocabulary from a text.
 * @throws UserError if no word is frequent enough
 */
export function buildTokenizer(text: string, options: TokenizerOptions): Tokenizer {
  return finish(learnTokenizer(text, options)).tokenizer;
}

/** The same bit by bit. */
export function* learnTokenizer(text: string, options: TokenizerOptions): Work<LearntTokenizer> {
  switch (options.tokenizer) {
    case 'characters':
      return { tokenizer: yield* learnCharacters(text), notes: [] };
    case 'words':
      return { tokenizer: yield* learnWords(text, options.vocabularySize, options.minFrequency), notes: [] };
    case 'subwords':
      return yield* learnSubwords(text, options.vocabularySize);
  }
}

/**
 * Makes a tokenizer from what `serialise` returned.
 * @param where named in messages, for example a checkpoint's file name
 * @throws UserError if the data are not a tokenizer's
 */
export function restoreTokenizer(data: unknown, where: string): Tokenizer {
  const refuse = (fault: string) =>
    new UserError(`${where} has no valid tokenizer (${fault}): use a checkpoint that Recurrent wrote.`);
  const tokenizer = checkTokenizerData(data, refuse);
  switch (tokenizer.kind) {
    case 'characters':
      return new CharacterTokenizer(tokenizer.vocabulary, tokenizer.form);
    case 'words':
      return new WordTokenizer(tokenizer.vocabulary, tokenizer.form);
    case 'subwords':
      return new SubwordTokenizer(tokenizer.merges, tokenizer.form);
  }
}

import { buildCharacters, CharacterTokenizer } from './characters';
import { buildSubwords, SubwordTokenizer } from './subwords';
import { type Tokenizer, type TokenizerOptions, tokenizerDataSchema } from './tokenizer';
import { UserError } from './user-error';
import { buildWords, WordTokenizer } from './words';

/**
 * Learns a vocabulary from a text.
 * @throws UserError if no word is frequent enough
 */
export function buildTokenizer(text: string, options: TokenizerOptions): Tokenizer {
  switch (options.tokenizer) {
    case 'characters':
      return buildCharacters(text);
    case 'words':
      return buildWords(text, options.vocabularySize, options.minFrequency);
    case 'subwords':
      return buildSubwords(text, options.vocabularySize);
  }
}

/**
 * Makes a tokenizer from what `serialise` returned.
 * @param where named in messages, for example a checkpoint's file name
 * @throws UserError if the data are not a tokenizer's
 */
export function restoreTokenizer(data: unknown, where: string): Tokenizer {
  const result = tokenizerDataSchema.safeParse(data);
  if (!result.success) {
    const { path, message } = result.error.issues[0];
    throw new UserError(
      `${where} has no valid tokenizer (${[...path, message].join(': ')}): use a checkpoint that Recurrent wrote.`,
    );
  }
  const tokenizer = result.data;
  switch (tokenizer.kind) {
    case 'characters':
      return new CharacterTokenizer(tokenizer.vocabulary, tokenizer.form);
    case 'words':
      return new WordTokenizer(tokenizer.vocabulary, tokenizer.form);
    case 'subwords':
      return new SubwordTokenizer(tokenizer.merges, tokenizer.form);
  }
}

import { z } from 'zod';
import type { Ids } from './ids';
import type { TextForm } from './same-text';
import type { TokenStream } from './token-stream';
import { unknownToken } from './unknown';

export type { Ids } from './ids';

/** What a token is. */
export type TokenizerKind = 'characters' | 'words' | 'subwords';

/** Text → token ids and back. Owns the vocabulary. */
export interface Tokenizer {
  readonly kind: TokenizerKind;
  /** The form in which texts are brought before it reads them. */
  readonly form: TextForm;
  /** id → text. A subword that is no whole character is written as its bytes, such as `<E2><80>`. */
  readonly vocabulary: readonly string[]; // (V)
  /** Id of `<unk>`; −1 if nothing can be unknown, as with subwords. */
  readonly unknown: number;
  /**
   * What the tokenizer does not know becomes `<unk>`.
   * @param unknown told what did, in order, and its place among the ids
   */
  encode(text: string, unknown?: (at: number, piece: string) => void): Ids;
  /** Characters (code points) that begin in a token; of `<unk>` there is no telling. */
  charactersOf(id: number): number;
  decode(ids: ArrayLike<number>): string;
  /** Decodes one token at a time, from a beginning. */
  stream(): TokenStream;
  /** Plain data for a checkpoint; `restoreTokenizer` is its inverse. */
  serialise(): TokenizerData;
}

/** How a tokenizer is made. */
export interface TokenizerOptions {
  readonly tokenizer: TokenizerKind;
  /** Largest vocabulary for words and subwords. */
  readonly vocabularySize: number;
  /** Words that occur less often become `<unk>`. */
  readonly minFrequency: number;
}

const distinct = (values: readonly string[]) => new Set(values).size === values.length;
const vocabularySchema = z
  .array(z.string().min(1))
  .min(2)
  .refine((values) => values[0] === unknownToken, { error: `the first token must be ${unknownToken}` })
  .refine(distinct, { error: 'a token occurs twice' });

/** A tokenizer that does not say was learnt from a text as it was written. */
const form = z.enum(['unified', 'written']).default('written');

/** The plain data of each kind of tokenizer. */
export const tokenizerDataSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('characters'),
    form,
    vocabulary: vocabularySchema.refine((values) => values.slice(1).every((text) => [...text].length === 1), {
      error: 'every token after the first must be one character',
    }),
  }),
  z.strictObject({ kind: z.literal('words'), form, vocabulary: vocabularySchema }),
  z.strictObject({
    kind: z.literal('subwords'),
    form,
    merges: z
      .array(z.tuple([z.int().min(0), z.int().min(0)]))
      .refine((merges) => merges.every(([a, b], i) => a < 256 + i && b < 256 + i), {
        error: 'a merge names a token that does not exist yet',
      }),
  }),
]);

/** What a checkpoint keeps of a tokenizer. */
export type TokenizerData = z.infer<typeof tokenizerDataSchema>;

import type { Cover } from './cover';
import type { Ids } from './ids';
import type { TextForm } from './same-text';
import type { TokenStream } from './token-stream';
import type { TokenizerData } from './tokenizer-data';
import type { Work } from './work';

export type { Ids } from './ids';
export type { TokenizerData } from './tokenizer-data';

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
  /** The same bit by bit. */
  encoding(text: string, unknown?: (at: number, piece: string) => void): Work<Ids>;
  /** Characters (code points) that begin in a token; of `<unk>` there is no telling. */
  charactersOf(id: number): number;
  /** The share, below 1, of the character before place `end` of a text's ids that only the ids from there on complete. */
  lackingAt(ids: Ids, end: number): number;
  decode(ids: ArrayLike<number>): string;
  /**
   * Where the piece begins that a text ends within, in UTF-16 units: what follows may change the tokens of that piece, and of
   * none before it. The text's length if nothing is open, as with characters.
   */
  openFrom(text: string): number;
  /** The ways to read a text that begins with such a piece and goes beyond it; each text is read in one of them. */
  covers(stump: string): readonly Cover[];
  /** The tokens that can stand after a token and leave it what it is; undefined if all can. */
  after(id: number): readonly number[] | undefined;
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

/** Decodes tokens one at a time. */
export interface TokenStream {
  /** The text that is complete with one more token; empty while a character still lacks bytes. */
  next(id: number): string;
  /** The last token's bytes that belong to a character which is not whole yet, such as `E2 80`; empty if there are none. */
  readonly piece: string;
  /** Tokens that may not come next, as the bytes would be no text. */
  unfit(): readonly number[];
  /** A stream that goes on from here, apart from this one. */
  fork(): TokenStream;
}

/** The stream of a tokenizer whose tokens are whole texts. */
export function wholeTokens(vocabulary: readonly string[]): TokenStream {
  const stream: TokenStream = { next: (id) => vocabulary[id], piece: '', unfit: () => [], fork: () => stream };
  return stream;
}

/** Decodes tokens one at a time. */
export interface TokenStream {
  /** The text that is complete with one more token; empty while a character still lacks bytes. */
  next(id: number): string;
  /** A stream that goes on from here, apart from this one. */
  fork(): TokenStream;
}

/** The stream of a tokenizer whose tokens are whole texts. */
export function wholeTokens(vocabulary: readonly string[]): TokenStream {
  const stream: TokenStream = { next: (id) => vocabulary[id], fork: () => stream };
  return stream;
}

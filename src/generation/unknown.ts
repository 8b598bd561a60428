/** What of a prompt a model has never seen. */
export interface UnknownText {
  /** The first distinct characters, or words of a model of words, in order. */
  readonly pieces: readonly string[];
  /** Their share of the prompt's characters other than blanks, from 0 to 1. */
  readonly share: number;
  /**
   * Whether the prompt ends within such a piece, and no token of the model goes on from there: what follows begins after that
   * piece, whatever more of it a person was about to type.
   */
  readonly atEnd: boolean;
}

/** Of a prompt that is known throughout. */
export const nothingUnknown: UnknownText = { pieces: [], share: 0, atEnd: false };

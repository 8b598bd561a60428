/** One sampled token. */
export interface SampledToken {
  /** The text that is complete with it; empty while a character still lacks bytes, as may happen with subwords. */
  readonly text: string;
  /** Its bytes that belong to a character which is not whole yet, such as `E2 80`; absent if there are none. */
  readonly piece?: string;
  /**
   * What a model reads to go on after it: one id, or, of the first after a prompt, those also that stand for the end of the
   * prompt where a token reaches across it.
   */
  readonly ids: readonly number[];
  /** −log2 p under the model at temperature 1; of the first after a prompt, given that the prompt stands there. */
  readonly bits: number;
  /** The likeliest tokens of the distribution that it was drawn from (temperature 1 if that was 0), best first. */
  readonly alternatives: readonly Alternative[];
}

/** A token that might have been drawn. */
export interface Alternative {
  /** These as of a token that was drawn. */
  readonly text: string;
  readonly piece?: string;
  readonly ids: readonly number[];
  /** With which it would have been drawn: tempered and cut as the options say. */
  readonly probability: number;
  /** −log2 p under the model at temperature 1, as of the token that was drawn. */
  readonly bits: number;
}

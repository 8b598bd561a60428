/**
 * One way in which a text that begins with a stump may be read. What a person has typed so far is rarely where a token ends:
 * the token that is read last may reach beyond it, and begin anywhere in it.
 */
export interface Cover {
  /** Ids of the tokens that lie within the stump. */
  readonly before: readonly number[];
  /** Whether they are all of the stump, and what comes next begins after it. */
  readonly isWhole: boolean;
  /** Of what may come next: tokens that reach from there beyond the stump. Every token may if absent. */
  readonly next?: readonly number[];
}

/** Of a text that ends where a token does. */
export const nothingOpen: readonly Cover[] = [{ before: [], isWhole: true }];

import { countCharacters, type Normalization } from '../text/normalize';
import { escapeText } from '../text/quote';
import type { TokenizerKind } from '../text/tokenizer';

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

/** Distinct pieces that are kept: more than a sentence shows. */
const mostPieces = 100;

/** Gathers what a model has never seen of a prompt. */
export class UnknownCounter {
  /** Whether the prompt ends within such a piece. */
  atEnd = false;
  private readonly pieces = new Set<string>();
  /** Letters that were made blanks, as the model learnt others only. */
  private readonly dropped = new Set<string>();
  private characters = 0;
  private readonly total: number;

  /**
   * @param prompt as it was written
   * @param how what is done to it before it becomes tokens
   */
  constructor(prompt: string, how: Normalization) {
    this.total = charactersOf(prompt);
    if (how !== 'letters' && how !== 'd2l') return;
    for (const [letters] of prompt.matchAll(/[^\P{L}A-Za-z]/gu)) this.count(letters, this.dropped);
  }

  /** Takes a piece that became `<unk>`. */
  add(piece: string): void {
    this.count(piece, this.pieces);
  }

  /** All that was gathered. */
  get result(): UnknownText {
    const { total, characters, atEnd } = this;
    const pieces = [...this.dropped, ...this.pieces].slice(0, mostPieces);
    return { pieces, share: total === 0 ? 0 : Math.min(1, characters / total), atEnd };
  }

  /** The same for a person, a sentence each. */
  notes(kind: TokenizerKind): string[] {
    const notes: string[] = [];
    if (this.dropped.size > 0) {
      notes.push(`The model learnt the letters A to Z only: ${list(this.dropped, '')} read as a blank.`);
    }
    if (this.pieces.size > 0) {
      const words = kind === 'words';
      const lack = words ? 'The vocabulary of the model lacks' : 'The model has never seen';
      notes.push(`${lack} ${list(this.pieces, words ? ', ' : '')} read as <unk>.`);
    }
    return notes;
  }

  private count(piece: string, among: Set<string>): void {
    const characters = charactersOf(piece);
    this.characters += characters;
    if (characters > 0 && among.size < mostPieces) among.add(piece);
  }
}

/** Pieces, and the verb that goes with so many. */
function list(pieces: ReadonlySet<string>, between: string): string {
  return `${escapeText([...pieces].join(between))}${pieces.size > 1 ? '; they are' : '; it is'}`;
}

/** Characters other than blanks. */
function charactersOf(text: string): number {
  return countCharacters(text.replaceAll(/\s+/gu, ''));
}

/** A completion that was found, and where it begins. */
export interface KeptCompletion {
  /** The document, by its URI. */
  readonly document: string;
  /** Where it begins, in UTF-16 units of the document. */
  readonly offset: number;
  /** What the model read. */
  readonly prompt: string;
  /** All of it, that too which stood after the cursor already. */
  readonly text: string;
  /** The run that wrote it, and which of its weights. */
  readonly run: string;
  readonly weights: string;
}

/** How many are kept: enough to come back from a few wrong characters. */
const most = 8;

/**
 * The last completions, the newest first. While what is typed agrees with one, its rest is there without asking a model; so is
 * all of it, if what was typed is deleted again.
 */
export class KeptCompletions {
  private list: KeptCompletion[] = [];

  keep(completion: KeptCompletion): void {
    this.list = [completion, ...this.list].slice(0, most);
  }

  /**
   * What is left of a completion that the text before the cursor agrees with; it is then the newest.
   * @param before the last of the text before the cursor, as much as a model reads
   * @param offset of the cursor
   * @param counts tells whether another completion than the newest still counts
   * @returns undefined if there is none, or if all of it is typed
   */
  rest(
    document: string,
    before: string,
    offset: number,
    counts: (completion: KeptCompletion, newest: boolean) => boolean,
  ): string | undefined {
    for (const kept of this.list) {
      const typed = offset - kept.offset;
      if (kept.document !== document || typed < 0 || typed >= kept.text.length) continue;
      if (!(kept.prompt + kept.text.slice(0, typed)).endsWith(before)) continue;
      if (!counts(kept, kept === this.list[0])) continue;
      this.list = [kept, ...this.list.filter((other) => other !== kept)];
      return kept.text.slice(typed);
    }
    return undefined;
  }

  /** Forgets those that something holds of; all, if nothing is said. */
  forget(which: (completion: KeptCompletion) => boolean = () => true): void {
    this.list = this.list.filter((kept) => !which(kept));
  }
}

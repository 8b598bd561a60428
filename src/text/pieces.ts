/** Characters of a piece at most, its leading space not counted, so that the work on one is bounded. */
const longestPiece = 48;

const letter = 1;
const digit = 2;
const lineFeed = 3;
const blank = 4;
const mark = 5;

/** Code point → what kind of character it is; 0 until it is asked for. */
const kinds = new Uint8Array(0x110000);

function kindOf(point: number): number {
  if (kinds[point] === 0) kinds[point] = classify(String.fromCodePoint(point));
  return kinds[point];
}

function classify(character: string): number {
  if (/[\p{L}\p{M}]/u.test(character)) return letter;
  if (/\p{N}/u.test(character)) return digit;
  if (character === '\n') return lineFeed;
  return /\s/u.test(character) ? blank : mark;
}

/**
 * Where the piece that begins at a place ends. Merges never cross the end of a piece: a word, a number or a run of other marks,
 * each with the space before it, or white space. It is what this would match, without an object for each match:
 * `/ ?[\p{L}\p{M}]{1,48}| ?\p{N}{1,48}| ?[^\s\p{L}\p{M}\p{N}]{1,48}|\n{1,48}|[^\S\n]{1,48}/uy`
 */
export function pieceEnd(text: string, from: number): number {
  let at = from;
  let kind = kindOf(text.codePointAt(at)!);
  if (text.charCodeAt(at) === 32 && at + 1 < text.length) {
    const next = kindOf(text.codePointAt(at + 1)!);
    if (next === letter || next === digit || next === mark) {
      kind = next;
      at++;
    }
  }
  for (let n = 0; n < longestPiece && at < text.length; n++) {
    const point = text.codePointAt(at)!;
    if (kindOf(point) !== kind) break;
    at += point > 0xffff ? 2 : 1;
  }
  return at;
}

/**
 * The distinct pieces of a text, numbered in the order in which they come. Of each is kept where it stands first, its length
 * and how often it came, and nothing of its text; all in typed arrays, with an open-addressing table from text to number.
 */
export class DistinctPieces {
  private used = 0;
  private starts = new Uint32Array(1 << 10);
  private lengths = new Uint8Array(1 << 10);
  private occurrences = new Uint32Array(1 << 10);
  private hashes = new Int32Array(1 << 10);
  /** Slot → number + 1, 0 if empty. Always at most half full. */
  private table = new Uint32Array(1 << 11);

  constructor(private readonly text: string) {}

  /** Distinct pieces so far. */
  get size(): number {
    return this.used;
  }

  /** How often the n-th came. */
  count(n: number): number {
    return this.occurrences[n];
  }

  /** Where the n-th begins in the text, UTF-16 units. */
  start(n: number): number {
    return this.starts[n];
  }

  /** Where the n-th ends in the text. */
  end(n: number): number {
    return this.starts[n] + this.lengths[n];
  }

  /**
   * Makes room for so many more, so that adding them never takes long.
   * Yields every few milliseconds.
   */
  *reserve(more: number): Generator<void, void> {
    while (this.used + more > this.starts.length) {
      this.starts = widened(this.starts, new Uint32Array(2 * this.starts.length));
      this.lengths = widened(this.lengths, new Uint8Array(2 * this.lengths.length));
      this.occurrences = widened(this.occurrences, new Uint32Array(2 * this.occurrences.length));
      this.hashes = widened(this.hashes, new Int32Array(2 * this.hashes.length));
      this.table = new Uint32Array(2 * this.table.length);
      for (let n = 0; n < this.used; n++) {
        this.table[this.freeSlot(this.hashes[n])] = n + 1;
        if ((n & 0xffff) === 0xffff) yield;
      }
    }
  }

  /** Counts a piece of the text, for which there must be room, and returns its number. */
  add(start: number, end: number): number {
    const { text, table } = this;
    let hash = 0x811c9dc5;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    hash ^= hash >>> 15;
    const mask = table.length - 1;
    for (let slot = hash & mask; table[slot] !== 0; slot = (slot + 1) & mask) {
      const n = table[slot] - 1;
      if (this.hashes[n] !== hash || !this.isSame(n, start, end)) continue;
      this.occurrences[n]++;
      return n;
    }
    const n = this.used++;
    this.starts[n] = start;
    this.lengths[n] = end - start;
    this.occurrences[n] = 1;
    this.hashes[n] = hash;
    table[this.freeSlot(hash)] = n + 1;
    return n;
  }

  private isSame(n: number, start: number, end: number): boolean {
    const { text } = this;
    if (this.lengths[n] !== end - start) return false;
    for (let i = start, j = this.starts[n]; i < end; i++, j++) {
      if (text.charCodeAt(i) !== text.charCodeAt(j)) return false;
    }
    return true;
  }

  private freeSlot(hash: number): number {
    const mask = this.table.length - 1;
    let slot = hash & mask;
    while (this.table[slot] !== 0) slot = (slot + 1) & mask;
    return slot;
  }
}

function widened<T extends Uint8Array | Uint32Array | Int32Array>(old: T, wider: T): T {
  wider.set(old);
  return wider;
}

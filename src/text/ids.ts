/** Token ids on a SharedArrayBuffer: 1 byte each while V ≤ 256, else 2 or 4. */
export type Ids = Uint8Array | Uint16Array | Uint32Array;

/** Makes room for `length` ids of a vocabulary of V. */
export function createIds(length: number, vocabulary: number): Ids {
  if (vocabulary <= 256) return new Uint8Array(new SharedArrayBuffer(length));
  if (vocabulary <= 65536) return new Uint16Array(new SharedArrayBuffer(2 * length));
  return new Uint32Array(new SharedArrayBuffer(4 * length));
}

/** Ids that are kept together until it is known how many there are: in the first part, and in each other. */
const firstPart = 1 << 8;
const part = 1 << 16;

/** Ids of which nobody knows yet how many there will be. Grows by parts, and never copies what it has. */
export class GrowingIds {
  private readonly full: Ids[] = [];
  private before = 0;
  private open: Ids;
  private used = 0;

  /** @param vocabulary V, which says how wide ids are */
  constructor(private readonly vocabulary: number) {
    this.open = createPart(firstPart, vocabulary);
  }

  /** Ids so far. */
  get length(): number {
    return this.before + this.used;
  }

  push(id: number): void {
    if (this.used === this.open.length) {
      this.full.push(this.open);
      this.before += this.used;
      this.open = createPart(part, this.vocabulary);
      this.used = 0;
    }
    this.open[this.used++] = id;
  }

  /** A shared copy of what was pushed. */
  share(): Ids {
    const ids = createIds(this.length, this.vocabulary);
    let at = 0;
    for (const some of this.full) {
      ids.set(some, at);
      at += some.length;
    }
    ids.set(this.open.subarray(0, this.used), at);
    return ids;
  }
}

function createPart(length: number, vocabulary: number): Ids {
  if (vocabulary <= 256) return new Uint8Array(length);
  return vocabulary <= 65536 ? new Uint16Array(length) : new Uint32Array(length);
}

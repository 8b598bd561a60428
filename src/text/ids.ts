/** Token ids on a SharedArrayBuffer: 1 byte each while V ≤ 256, else 2 or 4. */
export type Ids = Uint8Array | Uint16Array | Uint32Array;

/** Makes room for `length` ids of a vocabulary of V. */
export function createIds(length: number, vocabulary: number): Ids {
  if (vocabulary <= 256) return new Uint8Array(new SharedArrayBuffer(length));
  if (vocabulary <= 65536) return new Uint16Array(new SharedArrayBuffer(2 * length));
  return new Uint32Array(new SharedArrayBuffer(4 * length));
}

/** Ids of which nobody knows yet how many there will be. Grows by doubling. */
export class GrowingIds {
  private room = new Uint32Array(1024);
  private used = 0;

  /** Ids so far. */
  get length(): number {
    return this.used;
  }

  push(id: number): void {
    if (this.used === this.room.length) {
      const wider = new Uint32Array(2 * this.used);
      wider.set(this.room);
      this.room = wider;
    }
    this.room[this.used++] = id;
  }

  /** A shared copy of what was pushed, as narrow as a vocabulary of V allows. */
  share(vocabulary: number): Ids {
    const ids = createIds(this.used, vocabulary);
    ids.set(this.room.subarray(0, this.used));
    return ids;
  }
}

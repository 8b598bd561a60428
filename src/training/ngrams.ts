import type { Ids } from '../text/ids';
import { finish, type Work } from '../text/work';

/** Nodes at most, about 150 MB; sequences first seen after that are not counted. */
const mostNodes = 1 << 22;

/** Tokens that are counted between two yields: some milliseconds. */
const slice = 1 << 12;

/**
 * How often each sequence of up to `order` tokens occurs, as a tree: the child of a context by a token is the sequence with
 * that token at its end. Node 0 is the empty context. All in typed arrays, with one open-addressing table from a node and a
 * token to the child.
 */
export class NgramCounts {
  private nodes = 1;
  private parent = new Uint32Array(1 << 12);
  private token = new Uint32Array(1 << 12);
  private occurrences = new Uint32Array(1 << 12);
  /** Sum of the children's occurrences. */
  private followed = new Uint32Array(1 << 12);
  /** Number of children. */
  private followers = new Uint32Array(1 << 12);
  /** Slot → node, 0 if empty. Always at most half full. */
  private table = new Uint32Array(1 << 13);
  /** Nodes of the last 0, 1, … order−1 tokens; −1 for contexts that never occurred. */
  private readonly contexts: Int32Array;

  /** @param order tokens of the longest sequence */
  constructor(private readonly order: number) {
    this.contexts = new Int32Array(order);
    this.restart();
  }

  /** Counts every sequence of a text. */
  add(ids: Ids): void {
    finish(this.adding(ids));
  }

  /** The same bit by bit. */
  *adding(ids: Ids): Work<void> {
    this.restart();
    for (let from = 0; from < ids.length; from += slice) {
      for (const _ of this.reserve(slice * this.order)) yield from / ids.length;
      this.addSlice(ids, from, Math.min(from + slice, ids.length));
      yield from / ids.length;
    }
  }

  private addSlice(ids: Ids, from: number, to: number): void {
    for (let i = from; i < to; i++) {
      const id = ids[i];
      for (let length = Math.min(this.order, i + 1); length > 0; length--) {
        const context = this.contexts[length - 1];
        const node = context < 0 ? -1 : this.count(context, id);
        if (length < this.order) this.contexts[length] = node;
      }
    }
  }

  /** Forgets what came before, as at the start of a text. */
  restart(): void {
    this.contexts.fill(-1);
    this.contexts[0] = 0;
  }

  /**
   * Probability of a token after the tokens read so far, under the models of every order at once, interpolated as by Witten
   * and Bell (1991): (c(h,w) + d(h)·p(w | shorter h)) / (c(h) + d(h)), with c(h) how often h was followed and d(h) by how many
   * different tokens. The order below 1 is uniform. Then reads the token.
   * @param uniform 1/V
   * @param probabilities (order), overwritten: entry n−1 is the n-gram's
   */
  read(id: number, uniform: number, probabilities: Float64Array): void {
    let p = uniform;
    let child = -1;
    let previous = 0; // node of the tokens so far and this one, one shorter than `child`
    for (let length = 0; length < this.order; length++) {
      const context = this.contexts[length];
      if (context >= 0) {
        child = this.find(context, id);
        const different = this.followers[context];
        const seen = child < 0 ? 0 : this.occurrences[child];
        if (different > 0) p = (seen + different * p) / (this.followed[context] + different);
      } else child = -1;
      probabilities[length] = p;
      if (length > 0) this.contexts[length] = previous;
      previous = child;
    }
  }

  private find(context: number, id: number): number {
    const mask = this.table.length - 1;
    for (let slot = hash(context, id) & mask; ; slot = (slot + 1) & mask) {
      const node = this.table[slot];
      if (node === 0) return -1;
      if (this.parent[node] === context && this.token[node] === id) return node;
    }
  }

  private count(context: number, id: number): number {
    let node = this.find(context, id);
    if (node < 0) {
      if (this.nodes === mostNodes) return -1;
      node = this.nodes++;
      this.parent[node] = context;
      this.token[node] = id;
      this.followers[context]++;
      this.place(node);
    }
    this.occurrences[node]++;
    this.followed[context]++;
    return node;
  }

  private place(node: number): void {
    const mask = this.table.length - 1;
    let slot = hash(this.parent[node], this.token[node]) & mask;
    while (this.table[slot] !== 0) slot = (slot + 1) & mask;
    this.table[slot] = node;
  }

  /** Makes room for so many more nodes, as far as there may be more. Yields every few milliseconds. */
  private *reserve(more: number): Generator<void, void> {
    const wanted = Math.min(this.nodes + more, mostNodes);
    while (this.parent.length < wanted) {
      for (const name of ['parent', 'token', 'occurrences', 'followed', 'followers'] as const) {
        const wider = new Uint32Array(2 * this[name].length);
        wider.set(this[name]);
        this[name] = wider;
      }
      this.table = new Uint32Array(2 * this.table.length);
      for (let node = 1; node < this.nodes; node++) {
        this.place(node);
        if (node % (1 << 16) === 0) yield;
      }
    }
  }
}

function hash(context: number, id: number): number {
  let x = Math.imul(context, 0x9e3779b1) ^ Math.imul(id + 1, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
  return x ^ (x >>> 13);
}

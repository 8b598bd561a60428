import { createState, type Engine, type State } from '../engine/engine';

// V vocabulary.

/** Where a model stands after some tokens: its state, one row, and the log-probabilities of the next one. */
export interface Place {
  readonly state: State;
  /** A copy. */
  readonly next: Float32Array; // (V)
}

/** Tokens read between two looks at whether reading is given up. */
const readAtOnce = 16;

/** Tokens of which the mean tells something. */
const fewest = 8;

/**
 * Reads tokens of a text from its beginning. Yields while it reads, so that a long text can be given up; what it gives does
 * not change with what is asked of the engine meanwhile.
 */
export class Reader {
  private readonly state: State;
  private next: Float32Array; // (V)
  private readonly input = new Int32Array(1); // (1)
  private read = 0;
  private nats = 0;

  /** @param from where reading goes on; the beginning of a text if absent */
  constructor(
    private readonly engine: Engine,
    from?: Place,
  ) {
    this.state = from ? copyState(from.state) : createState(engine.shape, 1);
    this.next = from ? from.next : firstRow(engine);
  }

  /** Reads more tokens. */
  *take(ids: Iterable<number>): Generator<undefined, void> {
    for (const id of ids) {
      this.input[0] = id;
      this.nats -= this.next[id];
      // Valid until the next call, somebody else's too.
      this.next = this.engine.step(this.input, this.state); // (1, V)
      if (++this.read % readAtOnce > 0) continue;
      this.next = this.next.slice();
      yield undefined;
    }
    this.next = this.next.slice();
  }

  /**
   * Mean −log p of the tokens that were read, as a share of what guessing among all tokens takes: at 1 and above the model reads
   * no better than by guessing. 0 while too few were read to tell.
   */
  get surprise(): number {
    return this.read < fewest ? 0 : this.nats / this.read / Math.log(this.next.length);
  }

  /** Where it stands. It may read on meanwhile. */
  get place(): Place {
    return { state: copyState(this.state), next: this.next };
  }
}

/** What a model expects before it has read anything, at a zero state: ln softmax(b_q). */
function firstRow(engine: Engine): Float32Array {
  const b = engine.parameters.get('b_q'); // (V)
  const greatest = b.reduce((x, y) => Math.max(x, y), Number.NEGATIVE_INFINITY);
  const sum = b.reduce((total, value) => total + Math.exp(value - greatest), 0);
  return b.map((value) => value - greatest - Math.log(sum));
}

/** A state of its own, with the same values. */
export function copyState({ batch, hidden, cell }: State): State {
  return { batch, hidden: hidden.slice(), cell: cell.slice() };
}

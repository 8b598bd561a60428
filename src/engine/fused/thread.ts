import { barrier, NUMBERS, word } from './control';
import { instantiateKernels, type Kernels, SCRATCH } from './kernels';
import { type ModelLayout, modelLayout, type Shard, type WindowLayout, windowLayout } from './layout';

/** What a thread is given to begin with. */
export interface ThreadStart {
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  readonly shape: ModelLayout['shape'];
  readonly index: number;
  readonly threads: number;
}

/** One of the threads that carry out a task together: its kernels, its share of the batch, its scratch. */
export class Thread {
  readonly kernels: Kernels;
  readonly model: ModelLayout;
  readonly index: number;
  readonly words: Int32Array;
  readonly numbers: Float64Array;
  readonly scratch: number;
  private layout?: WindowLayout;

  constructor({ memory, module, shape, index, threads }: ThreadStart) {
    this.kernels = instantiateKernels(module, memory);
    this.model = modelLayout(shape, threads);
    this.index = index;
    this.words = new Int32Array(memory.buffer, 0, NUMBERS / 4);
    this.numbers = new Float64Array(memory.buffer, NUMBERS, 16);
    this.scratch = this.model.scratch + index * SCRATCH;
  }

  /** The layout of the window in hand. */
  get window(): WindowLayout {
    const [batch, steps] = [this.words[word.batch], this.words[word.steps]];
    if (this.layout?.batch !== batch || this.layout.steps !== steps) {
      this.layout = windowLayout(this.model, batch, steps);
    }
    return this.layout;
  }

  get shard(): Shard {
    return this.window.shards[this.index];
  }

  /** This thread's part of n things, in whole multiples of `grain`. */
  part(n: number, grain = 1): [first: number, last: number] {
    const grains = Math.ceil(n / grain);
    const edge = (i: number) => Math.min(n, grain * Math.floor((grains * i) / this.model.threads));
    return [edge(this.index), edge(this.index + 1)];
  }

  /** Waits until all threads have come here. */
  meet(): void {
    barrier(this.words, this.model.threads);
  }
}

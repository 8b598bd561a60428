import { backward } from './backward';
import { barrier, NUMBERS, SQUARES, task, word } from './control';
import { forward, lossAndGradient } from './forward';
import { instantiateKernels, type Kernels, PANEL, SCRATCH } from './kernels';
import { type ModelLayout, modelLayout, type Packed, type Shard, type WindowLayout, windowLayout } from './layout';
import { weightGradients } from './products';
import { update } from './update';

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

  /** Carries out the task that the control words name, together with the other threads. */
  run(): void {
    switch (this.words[word.task]) {
      case task.gradient:
        this.gradient();
        break;
      case task.evaluate:
        this.evaluate();
        break;
      case task.apply:
        update(this);
        break;
    }
    this.meet();
  }

  private gradient(): void {
    const { kernels, model } = this;
    for (const { x, xBack, h, hBack, n, nBack } of model.layers) {
      for (const matrix of [x, xBack, h, hBack, n, nBack]) this.pack(matrix);
    }
    this.pack(model.output);
    this.pack(model.outputBack);
    this.meet();
    if (this.shard.rows > 0) {
      forward(this, this.words[word.dropout] !== 0);
      lossAndGradient(this);
      backward(this);
    }
    this.meet();
    weightGradients(this);
    this.meet();
    const [first, last] = this.part(model.count, PANEL);
    kernels.squares(model.gradients + first * 4, last - first, SQUARES + this.index * 8);
  }

  private evaluate(): void {
    for (const { x, h, n } of this.model.layers) {
      for (const matrix of [x, h, n]) this.pack(matrix);
    }
    this.pack(this.model.output);
    this.meet();
    if (this.shard.rows > 0) {
      forward(this, false);
      lossAndGradient(this);
    }
  }

  /** Packs this thread's part of a matrix. */
  private pack(matrix: Packed | undefined): void {
    if (!matrix) return;
    const { from, ld, k, n, transposed, to } = matrix;
    const [first, last] = this.part(Math.ceil(n / PANEL));
    if (transposed) this.kernels.packTransposed(from, ld, k, n, to, first, last);
    else this.kernels.packColumns(from, ld, k, n, to, first, last);
  }

  private meet(): void {
    barrier(this.words, this.model.threads);
  }
}

import type { ModelShape } from '../../model/configuration';
import { ParameterTable } from '../../model/parameters';
import type { Window } from '../../text/windows';
import type { Engine, EngineOptions, GradientResult, Moments, OptimizerStep, Pass, State } from '../engine';
import { NATS, SQUARES, task, word } from './control';
import { type Build, bestBuild, compileKernels } from './kernels';
import {
  checkMemory,
  defaultThreads,
  type ModelLayout,
  modelLayout,
  pages,
  type StepLayout,
  stepLayout,
  type WindowLayout,
} from './layout';
import { giveBack, refusal, takeMemory } from './memory';
import { Pool } from './pool';
import { step } from './step';
import type { Thread } from './thread';
import { announceUpdate } from './update';

export { checkMemory, defaultThreads, memoryEstimate } from './layout';

// T steps, B batch, V vocabulary, H hidden, L layers.

/** What the tests and the benchmark may choose besides. */
export interface FusedOptions extends EngineOptions {
  /** One of the builds of the kernels, instead of the best that runs here. */
  readonly build?: Build;
}

/** The fused engine, which can also show how fast its matrix product alone is. */
export interface FusedEngine extends Engine {
  /**
   * Runs the recurrent product of the last window's size on all threads.
   * @returns its floating-point operations
   */
  product(): number;
}

/**
 * The fast engine: our WebAssembly kernels on one shared memory and several threads, of which the caller is one.
 * @param options `dist` holds the kernels and the threads' script; `threads` 0 or absent takes the default number
 * @throws UserError if the model needs more memory than can be had
 */
export async function createFusedEngine(shape: ModelShape, options: FusedOptions): Promise<FusedEngine> {
  checkMemory(shape, { batch: 1, steps: 1 });
  const threads = options.threads || defaultThreads();
  const model = modelLayout(shape, threads);
  const module = compileKernels(options.dist, options.build ?? bestBuild(options.dist, options.revectorized));
  const memory = takeMemory(model.end);
  return new SharedMemoryEngine(model, memory, await Pool.start(options.dist, { memory, module, shape, threads }));
}

class SharedMemoryEngine implements FusedEngine {
  readonly parameters: ParameterTable;
  readonly gradients: ParameterTable;
  readonly moments: Moments;
  private readonly results: Float64Array;
  private floats: Float32Array;
  private integers: Int32Array;
  private stepping?: { layout: StepLayout; ids: Int32Array; logProbabilities: Float32Array };
  private disposed = false;

  constructor(
    private readonly model: ModelLayout,
    private readonly memory: WebAssembly.Memory,
    private readonly pool: Pool,
  ) {
    const view = (address: number) => new Float32Array(memory.buffer, address, model.count);
    this.parameters = new ParameterTable(model.shape, view(model.parameters));
    this.gradients = new ParameterTable(model.shape, view(model.gradients));
    this.moments = { first: view(model.first), second: view(model.second) };
    this.results = new Float64Array(memory.buffer, 0, (SQUARES + 1024) / 8);
    this.floats = new Float32Array(memory.buffer);
    this.integers = new Int32Array(memory.buffer);
  }

  get shape(): ModelShape {
    return this.model.shape;
  }

  get threads(): number {
    return this.model.threads;
  }

  gradient(window: Window, state: State, pass: Pass = {}): GradientResult {
    const layout = this.begin(window, state);
    const { words } = this.thread;
    const dropping = pass.dropoutSeed !== undefined && this.shape.dropout > 0;
    words[word.carry] = pass.carry ? 1 : 0;
    words[word.weights] = pass.weights ? 1 : 0;
    words[word.flow] = pass.flow ? 1 : 0;
    words[word.dropout] = dropping ? 1 : 0;
    words[word.seed] = pass.dropoutSeed ?? 0;
    if (pass.carry) this.copyIn(layout, pass.carry, this.floats, layout.carry);
    if (pass.weights) this.copyIn(layout, pass.weights, this.floats, layout.weights);
    this.pool.run(task.gradient);
    this.copyState(layout, state, false);
    if (pass.flow) this.readFlow(layout, pass.flow);
    return { ...this.counted(layout), norm: Math.sqrt(this.total(SQUARES)) };
  }

  apply(update: OptimizerStep, scale: number): void {
    this.check();
    announceUpdate(this.thread, update, scale);
    this.pool.run(task.apply);
  }

  evaluate(window: Window, state: State): { nats: number; tokens: number } {
    const layout = this.begin(window, state);
    const { words } = this.thread;
    words[word.weights] = words[word.dropout] = 0;
    this.pool.run(task.evaluate);
    this.copyState(layout, state, false);
    return this.counted(layout);
  }

  step(ids: Int32Array, state: State): Float32Array {
    this.check();
    const { layout, ids: places, logProbabilities } = this.stepViews(ids.length);
    if (state.batch !== ids.length) throw new Error(`${ids.length} tokens for a state of ${state.batch} rows.`);
    for (let b = 0; b < ids.length; b++) places[b] = this.checkId(ids[b]);
    this.floats.set(state.hidden, layout.hidden / 4);
    this.floats.set(state.cell, layout.cell / 4);
    step(this.thread, layout);
    copyOut(this.floats, layout.hidden / 4, state.hidden, 0, state.hidden.length);
    copyOut(this.floats, layout.cell / 4, state.cell, 0, state.cell.length);
    return logProbabilities;
  }

  product(): number {
    this.check();
    const { batch, steps } = this.thread.window;
    const { k, n } = this.model.layers[0].h;
    this.pool.run(task.product);
    return 2 * batch * steps * k * n;
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    void this.pool.dispose().then(() => giveBack(this.memory));
  }

  private get thread(): Thread {
    return this.pool.own;
  }

  private check(): void {
    if (this.disposed) throw new Error('The engine has been disposed of.');
  }

  private checkId(id: number): number {
    if (id >= 0 && id < this.shape.vocabulary) return id;
    throw new Error(`Token ${id} is outside the vocabulary of ${this.shape.vocabulary}.`);
  }

  /** Makes room for a window and copies it and the state in. */
  private begin(window: Window, state: State): WindowLayout {
    this.check();
    const { words } = this.thread;
    if (state.batch !== window.batch) throw new Error(`A window of ${window.batch} rows, a state of ${state.batch}.`);
    const grown = words[word.batch] !== window.batch || words[word.steps] !== window.steps;
    if (grown) checkMemory(this.shape, window);
    words[word.batch] = window.batch;
    words[word.steps] = window.steps;
    const layout = this.thread.window;
    if (grown) this.grow(layout.end);
    for (let i = 0; i < window.inputs.length; i++) {
      this.checkId(window.inputs[i]);
      this.checkId(window.targets[i]);
    }
    this.copyIn(layout, window.inputs, this.integers, layout.inputs);
    this.copyIn(layout, window.targets, this.integers, layout.targets);
    this.copyState(layout, state, true);
    return layout;
  }

  /** Makes the memory so many bytes large; views of the model stay as they are. */
  private grow(bytes: number): void {
    const missing = pages(bytes) - this.memory.buffer.byteLength / 65536;
    if (missing <= 0) return;
    try {
      this.memory.grow(missing);
    } catch {
      throw refusal(bytes);
    }
    this.floats = new Float32Array(this.memory.buffer);
    this.integers = new Int32Array(this.memory.buffer);
  }

  /** (T, B) as callers have it to (T, rows) shard by shard. */
  private copyIn(
    { shards, batch, steps }: WindowLayout,
    source: Float32Array | Int32Array,
    memory: Float32Array | Int32Array,
    address: number,
  ): void {
    let to = address / 4;
    for (const { first, rows } of shards) {
      for (let t = 0; t < steps; t++) {
        for (let b = 0; b < rows; b++) memory[to++] = source[t * batch + first + b];
      }
    }
  }

  /** The state before the first step in, or that after the last step out. */
  private copyState({ shards, batch, steps, hidden, cell }: WindowLayout, state: State, into: boolean): void {
    const { layers: L, hidden: H } = this.shape;
    const pairs: [Float32Array, readonly number[]][] = [[state.hidden, hidden]];
    if (state.cell.length > 0) pairs.push([state.cell, cell]);
    for (const [array, addresses] of pairs) {
      for (let k = 0; k < L; k++) {
        for (const { first, rows } of shards) {
          const from = (k * batch + first) * H;
          const place = addresses[k] / 4 + (first * (steps + 1) + (into ? 0 : steps * rows)) * H;
          if (into) copyOut(array, from, this.floats, place, rows * H);
          else copyOut(this.floats, place, array, from, rows * H);
        }
      }
    }
  }

  /** Sum of one result over the threads that had rows, in their order. */
  private total(address: number): number {
    let sum = 0;
    for (let i = 0; i < this.model.threads; i++) sum += this.results[address / 8 + i];
    return sum;
  }

  private counted({ shards, batch, steps }: WindowLayout): { nats: number; tokens: number } {
    let nats = 0;
    shards.forEach(({ rows }, i) => {
      if (rows > 0) nats += this.results[NATS / 8 + i];
    });
    return { nats, tokens: batch * steps };
  }

  private readFlow({ shards, steps, flow: address }: WindowLayout, flow: Float32Array): void {
    const { threads } = this.model;
    const partial = new Float64Array(this.memory.buffer, address, this.shape.layers * steps * threads);
    for (let i = 0; i < flow.length; i++) {
      let sum = 0;
      shards.forEach(({ rows }, thread) => {
        if (rows > 0) sum += partial[i * threads + thread];
      });
      flow[i] = Math.sqrt(sum);
    }
  }

  private stepViews(batch: number) {
    if (this.stepping?.layout.batch !== batch) {
      const layout = stepLayout(this.model, batch);
      this.grow(layout.end);
      this.stepping = {
        layout,
        ids: new Int32Array(this.memory.buffer, layout.ids, batch),
        logProbabilities: new Float32Array(this.memory.buffer, layout.logits, batch * this.shape.vocabulary),
      };
    }
    return this.stepping;
  }
}

/** Copies `length` values between arrays without making a view. */
function copyOut(from: Float32Array, first: number, to: Float32Array, place: number, length: number): void {
  for (let i = 0; i < length; i++) to[place + i] = from[first + i];
}

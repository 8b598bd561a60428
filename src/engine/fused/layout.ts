import { availableParallelism } from 'node:os';
import { gates as gatesOf, type ModelShape } from '../../model/configuration';
import { parameterLayout } from '../../model/parameters';
import { memoryLimit, refuseBeyond, type WindowSize } from '../memory';
import { MOST_THREADS } from './control';
import { SCRATCH, WIDEST_PANEL } from './kernels';

// T steps, B batch, V vocabulary, E embedding, H hidden, L layers, I input size of a layer, G gates of the cell. Addresses and
// sizes are bytes of the shared memory; strides are floats.

/** Bytes at the bottom of the memory through which the threads talk: see control.ts. */
export const CONTROL = 4096;
const PAGE = 65536;

/** A weight matrix in panels, for one product; packed anew for each window. */
export interface Packed {
  /** Address of the first element in the parameters. */
  readonly from: number;
  readonly ld: number;
  /** The product is (rows, k) · (k, n). */
  readonly k: number;
  readonly n: number;
  /** Whether the matrix is stored as (n, k). */
  readonly transposed: boolean;
  readonly to: number;
}

/** The gradient of a matrix that each shard sums up by itself. */
export interface Summed {
  /** Address and floats of the gradient. */
  readonly gradient: number;
  readonly size: number;
  /** Where the shards after the first one sum up theirs. */
  readonly parts: readonly number[];
}

/** Where the pieces of one layer are. */
export interface LayerLayout {
  /** I, or 0 for the one-hot input, which is gathered. */
  readonly input: number;
  readonly Wx: number; // (I or V, G·H)
  readonly Wh: number; // (H, G·H)
  readonly b: number; // (G·H)
  readonly bhn: number; // (H), or 0
  /** Input product, forward and backward. */
  readonly x?: Packed;
  readonly xBack?: Packed;
  /** Recurrent product: of all gates, or of a GRU's r and z. */
  readonly h: Packed;
  readonly hBack: Packed;
  /** Recurrent product of a GRU's candidate. */
  readonly n?: Packed;
  readonly nBack?: Packed;
  readonly sumWh: Summed; // (H, G·H)
  readonly sumWx?: Summed; // (I, G·H), of a dense input
}

/** What a model takes whatever the window is: the bottom of the memory. */
export interface ModelLayout {
  readonly shape: ModelShape;
  readonly threads: number;
  /** Floats in the flat vectors. */
  readonly count: number;
  readonly parameters: number; // (count)
  readonly gradients: number; // (count)
  readonly first: number; // (count)
  readonly second: number; // (count)
  /** Address of a parameter's gradient minus the parameter's own. */
  readonly toGradient: number;
  readonly embedding: number; // (V, E), or 0
  readonly layers: readonly LayerLayout[];
  /** (H, V), or the tied (V, E). */
  readonly Whq: number;
  readonly bq: number; // (V)
  readonly output: Packed;
  readonly outputBack: Packed;
  /** `SCRATCH` bytes for each thread. */
  readonly scratch: number;
  readonly end: number;
}

/** Hands out addresses, each on a cache line of its own. */
class Arena {
  constructor(public end: number) {}

  take(floats: number): number {
    const address = this.end;
    this.end += Math.ceil((floats * 4) / 64) * 64;
    return address;
  }
}

/** Places the model's vectors, its packed weights and the threads' scratch. */
export function modelLayout(shape: ModelShape, threads: number): ModelLayout {
  const { vocabulary: V, embedding: E, hidden: H } = shape;
  const GH = gatesOf[shape.cell] * H;
  const entries = parameterLayout(shape);
  const count = entries.reduce((sum, { size }) => sum + size, 0);
  const arena = new Arena(CONTROL);
  const [parameters, gradients, first, second] = [0, 1, 2, 3].map(() => arena.take(count));
  const addresses = new Map(entries.map(({ name, offset }) => [name, parameters + offset * 4]));
  const at = (name: string) => addresses.get(name) ?? 0;
  const pack = (from: number, ld: number, k: number, n: number, transposed: boolean): Packed => {
    const to = arena.take((n + WIDEST_PANEL - 1) * k); // whole panels, however many columns a panel has
    return { from, ld, k, n, transposed, to };
  };
  const summed = (parameter: number, size: number): Summed => {
    const parts = Array.from({ length: threads - 1 }, () => arena.take(size));
    return { gradient: parameter + gradients - parameters, size, parts };
  };
  const layers = Array.from({ length: shape.layers }, (_, index): LayerLayout => {
    const [Wx, Wh] = [at(`l${index}.W_x`), at(`l${index}.W_h`)];
    const input = index > 0 ? H : E;
    const gru = shape.cell === 'gru';
    const width = gru ? 2 * H : GH;
    return {
      input,
      Wx,
      Wh,
      b: at(`l${index}.b`),
      bhn: at(`l${index}.b_hn`),
      x: input ? pack(Wx, GH, input, GH, false) : undefined,
      xBack: input ? pack(Wx, GH, GH, input, true) : undefined,
      h: pack(Wh, GH, H, width, false),
      hBack: pack(Wh, GH, width, H, true),
      n: gru ? pack(Wh + 8 * H, GH, H, H, false) : undefined,
      nBack: gru ? pack(Wh + 8 * H, GH, H, H, true) : undefined,
      sumWh: summed(Wh, H * GH),
      sumWx: input ? summed(Wx, input * GH) : undefined,
    };
  });
  const Whq = shape.tied ? at('embedding') : at('W_hq');
  return {
    shape,
    threads,
    count,
    parameters,
    gradients,
    first,
    second,
    toGradient: gradients - parameters,
    embedding: at('embedding'),
    layers,
    Whq,
    bq: at('b_q'),
    output: shape.tied ? pack(Whq, H, H, V, true) : pack(Whq, V, H, V, false),
    outputBack: shape.tied ? pack(Whq, H, V, H, false) : pack(Whq, V, V, H, true),
    scratch: arena.take((SCRATCH * threads) / 4),
    end: arena.end,
  };
}

/** The rows of the batch that one thread takes through all steps; empty if there are fewer rows than threads. */
export interface Shard {
  readonly first: number;
  readonly rows: number;
}

/** Rows of the batch, dealt evenly; an odd one costs less than two. */
export function shards(batch: number, threads: number): Shard[] {
  const edge = (thread: number) => Math.floor((batch * thread) / threads);
  return Array.from({ length: threads }, (_, i) => ({ first: edge(i), rows: edge(i + 1) - edge(i) }));
}

/**
 * Where the activations of one window are. Every array holds the shards one after the other, each as (T, rows, …), so that
 * a shard's rows of all steps lie together; `hidden` and `cell` hold one step more, the state before the first.
 */
export interface WindowLayout {
  readonly batch: number;
  readonly steps: number;
  readonly shards: readonly Shard[];
  readonly inputs: number; // (T, B) ids
  readonly targets: number; // (T, B) ids
  readonly carry: number; // (T, B)
  readonly weights: number; // (T, B)
  readonly flow: number; // (L, T, threads), doubles
  readonly embedded: number; // (T, B, E)
  /** Of each layer: pre-activations, then gates, then the gradients of the pre-activations. */
  readonly gates: readonly number[]; // (T, B, G·H)
  readonly hidden: readonly number[]; // (T+1, B, H)
  readonly cell: readonly number[]; // (T+1, B, H), LSTM
  /** Of a GRU: r ⊙ h (reset before), or h W_hn + b_hn and then its gradient (after). */
  readonly reset: readonly number[]; // (T, B, H)
  readonly dropped: readonly number[]; // (T, B, H), with dropout
  readonly logits: number; // (T, B, V)
  /** Where what the weights were multiplied with is packed for their gradients; 0 where it is taken as it lies. */
  readonly packed: {
    readonly hidden: readonly number[]; // (H, T·B)
    readonly reset: readonly number[]; // (H, T·B), GRU that resets before
    readonly input: readonly number[]; // (I, T·B), of a dense input
    readonly top: number; // (H, T·B), unless tied
  };
  /** Gradient of what a layer hands up. */
  readonly up: number; // (T, B, max(H, E))
  readonly dh: number; // (B, H)
  readonly dc: number; // (B, H), LSTM
  readonly drh: number; // (B, H), GRU that resets before
  readonly end: number;
}

/**
 * Floats of a row up to which the left sides of the weight gradients' products are taken as they lie: longer ones are packed
 * first, once for all threads.
 */
const WIDEST_UNPACKED = 64;

/** Rows for which a packed left side of m rows has room: whatever the build, whole fours. */
export function packedHeight(m: number): number {
  return Math.ceil(m / 4) * 4;
}

/** Places a window's activations above the model. */
export function windowLayout(model: ModelLayout, batch: number, steps: number): WindowLayout {
  const { vocabulary: V, embedding: E, hidden: H, layers: L, cell, reset, dropout, tied } = model.shape;
  const arena = new Arena(model.end);
  const TB = steps * batch;
  const perLayer = (floats: number) => Array.from({ length: L }, () => arena.take(floats));
  const packed = (m: number) => (m > WIDEST_UNPACKED ? arena.take(TB * packedHeight(m)) : 0);
  return {
    batch,
    steps,
    shards: shards(batch, model.threads),
    inputs: arena.take(TB),
    targets: arena.take(TB),
    carry: arena.take(TB),
    weights: arena.take(TB),
    flow: arena.take(L * steps * model.threads * 2),
    embedded: arena.take(TB * E),
    gates: perLayer(TB * gatesOf[cell] * H),
    hidden: perLayer((TB + batch) * H),
    cell: perLayer(cell === 'lstm' ? (TB + batch) * H : 0),
    reset: perLayer(cell === 'gru' ? TB * H : 0),
    dropped: perLayer(dropout > 0 ? TB * H : 0),
    logits: arena.take(TB * V),
    packed: {
      hidden: model.layers.map(() => packed(H)),
      reset: model.layers.map(() => packed(cell === 'gru' && reset === 'before' ? H : 0)),
      input: model.layers.map(({ input }) => packed(input)),
      top: packed(tied ? 0 : H),
    },
    up: arena.take(TB * Math.max(H, E)),
    dh: arena.take(batch * H),
    dc: arena.take(cell === 'lstm' ? batch * H : 0),
    drh: arena.take(cell === 'gru' ? batch * H : 0),
    end: arena.end,
  };
}

/** What one row of generation needs, above the model; overlaps the window's activations. */
export interface StepLayout {
  readonly batch: number;
  readonly hidden: number; // (L, B, H)
  readonly cell: number; // (L, B, H), LSTM
  readonly gates: number; // (G·H)
  readonly reset: number; // (H)
  readonly work: number; // (max(V, E))
  readonly ids: number; // (B)
  readonly logits: number; // (B, V)
  readonly end: number;
}

/** Places what `step` needs for B rows. */
export function stepLayout(model: ModelLayout, batch: number): StepLayout {
  const { vocabulary: V, hidden: H, layers: L, cell } = model.shape;
  const arena = new Arena(model.end);
  return {
    batch,
    hidden: arena.take(L * batch * H),
    cell: arena.take(cell === 'lstm' ? L * batch * H : 0),
    gates: arena.take(gatesOf[cell] * H),
    reset: arena.take(H),
    work: arena.take(Math.max(V, model.shape.embedding)),
    ids: arena.take(batch),
    logits: arena.take(batch * V),
    end: arena.end,
  };
}

/** Threads that are used if none are asked for: all cores, but one left for the editor if there are more than two, at most 8. */
export function defaultThreads(): number {
  const cores = availableParallelism();
  return Math.min(MOST_THREADS, cores > 2 ? cores - 1 : cores);
}

/** Pages of memory that hold so many bytes. */
export function pages(bytes: number): number {
  return Math.ceil(bytes / PAGE);
}

/**
 * Bytes that the fused engine takes for a model and a window of B rows and T steps.
 * @param threads of the engine; the default number if absent
 */
export function memoryEstimate(shape: ModelShape, batch: number, steps: number, threads = defaultThreads()): number {
  return windowLayout(modelLayout(shape, threads), batch, steps).end;
}

/**
 * Refuses a model or a window that needs more memory than can be had.
 * @param limit bytes; `memoryLimit()` if absent
 * @throws UserError naming the sizes and the settings that save most
 */
export function checkMemory(shape: ModelShape, window: WindowSize, limit = memoryLimit()): void {
  refuseBeyond(memoryEstimate, 'fused', shape, window, limit);
}

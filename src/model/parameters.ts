import { gates, type ModelShape } from './configuration';

// T steps, B batch, V vocabulary, E embedding, H hidden, L layers, I input size of a layer, G gates of the cell.

/** Name, shape and place of one parameter in the flat vector. */
export interface ParameterEntry {
  readonly name: string;
  readonly shape: readonly number[];
  /** Index of its first element in the flat vector. */
  readonly offset: number;
  /** Product of the shape. */
  readonly size: number;
}

/**
 * The parameters of a model in the order of the flat vector:
 * `embedding (V, E)` if there is one; then of each layer k `l{k}.W_x (I, G·H)`, `l{k}.W_h (H, G·H)`, `l{k}.b (G·H)` and, for a
 * GRU that resets after, `l{k}.b_hn (H)`; then `W_hq (H, V)` unless tied, and `b_q (V)`.
 * Gate order is r,z,n for GRU and i,f,g,o for LSTM.
 * @returns entries whose offsets are dense and ascending
 */
export function parameterLayout(shape: ModelShape): ParameterEntry[] {
  const { vocabulary: V, embedding: E, hidden: H, layers, cell } = shape;
  const G = gates[cell];
  const entries: ParameterEntry[] = [];
  let offset = 0;
  const add = (name: string, ...dimensions: number[]) => {
    const size = dimensions.reduce((a, b) => a * b, 1);
    entries.push({ name, shape: dimensions, offset, size });
    offset += size;
  };
  if (E > 0) add('embedding', V, E);
  for (let k = 0; k < layers; k++) {
    add(`l${k}.W_x`, k > 0 ? H : E || V, G * H);
    add(`l${k}.W_h`, H, G * H);
    add(`l${k}.b`, G * H);
    if (cell === 'gru' && shape.reset === 'after') add(`l${k}.b_hn`, H);
  }
  if (!shape.tied) add('W_hq', H, V);
  add('b_q', V);
  return entries;
}

/** Number of scalars in a model of this shape. */
export function parameterCount(shape: ModelShape): number {
  return parameterLayout(shape).reduce((sum, entry) => sum + entry.size, 0);
}

/** Named views into one flat vector: parameters, or gradients, or an optimizer's moments. */
export class ParameterTable {
  readonly entries: readonly ParameterEntry[];
  private readonly views = new Map<string, Float32Array>();

  /**
   * @param shape the model
   * @param flat the vector that the views look into, at least `parameterCount(shape)` long; a new one if absent
   */
  constructor(
    readonly shape: ModelShape,
    readonly flat: Float32Array = new Float32Array(parameterCount(shape)),
  ) {
    this.entries = parameterLayout(shape);
    for (const { name, offset, size } of this.entries) this.views.set(name, flat.subarray(offset, offset + size));
  }

  /** The view of one parameter, row-major in its shape. Throws for a name that this model does not have. */
  get(name: string): Float32Array {
    const view = this.views.get(name);
    if (!view) throw new Error(`No parameter ${name}`);
    return view;
  }

  has(name: string): boolean {
    return this.views.has(name);
  }
}

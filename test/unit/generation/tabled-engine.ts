import type { Engine, State } from '../../../src/engine/engine';
import { type ModelShape, modelSchema } from '../../../src/model/configuration';
import { ParameterTable } from '../../../src/model/parameters';

/**
 * An engine whose next token depends on the last two, through the state: enough to see whether states are carried and
 * copied rightly.
 * @param table (last, one before) → probabilities (V)
 */
export function tabledEngine(vocabulary: number, table: (last: number, before: number) => number[]): Engine {
  const shape: ModelShape = { ...modelSchema.parse({ hidden: 2, cell: 'lstm' }), vocabulary };
  const unused = (): never => {
    throw new Error('not part of this test');
  };
  return {
    shape,
    threads: 1,
    parameters: new ParameterTable(shape),
    gradients: new ParameterTable(shape),
    moments: { first: new Float32Array(), second: new Float32Array() },
    gradient: unused,
    apply: unused,
    evaluate: unused,
    step(ids: Int32Array, state: State) {
      const rows = new Float32Array(ids.length * vocabulary); // (B, V)
      ids.forEach((id, b) => {
        const row = table(id, state.cell[2 * b]);
        row.forEach((p, v) => {
          rows[b * vocabulary + v] = Math.log(p);
        });
        state.hidden[2 * b] = id;
        state.cell[2 * b] = id;
      });
      return rows;
    },
    dispose() {},
  };
}

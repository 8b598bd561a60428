import { kept } from '../../dropout';
import type { Kernels } from '../kernels';
import type { Memory } from './memory';

type Rows = Pick<Kernels, 'gatherRows' | 'scatterRows' | 'columnSums' | 'addTo' | 'clearRows' | 'join' | 'dropout'>;

/** What is done to whole rows, one value at a time. */
export function rowTwins({ floats: m, words }: Memory): Rows {
  return {
    gatherRows(ids, rows, table, width, bias, out) {
      for (let row = 0; row < rows; row++) {
        for (let j = 0; j < width; j++) {
          const entry = table ? m[table / 4 + words[ids / 4 + row] * width + j] : 0;
          m[out / 4 + row * width + j] = entry + (bias ? m[bias / 4 + j] : 0);
        }
      }
    },
    scatterRows(ids, rows, source, ld, width, table, ldt) {
      for (let row = 0; row < rows; row++) {
        for (let j = 0; j < width; j++) {
          m[table / 4 + words[ids / 4 + row] * ldt + j] += m[source / 4 + row * ld + j];
        }
      }
    },
    columnSums(source, ld, rows, width, sums, add) {
      for (let j = 0; j < width; j++) {
        let sum = add ? m[sums / 4 + j] : 0;
        for (let row = 0; row < rows; row++) sum += m[source / 4 + row * ld + j];
        m[sums / 4 + j] = sum;
      }
    },
    addTo(x, n, to) {
      for (let i = 0; i < n; i++) m[to / 4 + i] += m[x / 4 + i];
    },
    clearRows(target, ld, rows, width) {
      for (let row = 0; row < rows; row++) m.fill(0, target / 4 + row * ld, target / 4 + row * ld + width);
    },
    join(up, carry, rows, width, dh) {
      for (let row = 0; row < rows; row++) {
        const factor = carry ? m[carry / 4 + row] : 1;
        for (let i = row * width; i < (row + 1) * width; i++) {
          m[dh / 4 + i] = (up ? m[up / 4 + i] : 0) + factor * m[dh / 4 + i];
        }
      }
    },
    dropout(from, size, index, seed, mix, threshold, scale, to) {
      const layer = Math.imul(mix, 0x144cbc89) - 1; // 0x144cbc89 · 0x9e3779b9 = 1 in 32 bits
      for (let i = 0; i < size; i++) {
        m[to / 4 + i] = kept(seed, layer, index + i, threshold >>> 0) ? m[from / 4 + i] * scale : 0;
      }
    },
  };
}

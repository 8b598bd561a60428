import type { Kernels } from '../kernels';
import { type Memory, sigmoid } from './memory';

type Cells = Pick<
  Kernels,
  | 'rnnForward'
  | 'rnnBackward'
  | 'gruGates'
  | 'gruState'
  | 'gruStateBackward'
  | 'gruResetBackward'
  | 'lstmForward'
  | 'lstmBackward'
>;

const activations: readonly ((x: number) => number)[] = [Math.tanh, (x) => Math.max(x, 0), (x) => x];
const slopes: readonly ((h: number) => number)[] = [(h) => 1 - h * h, (h) => (h > 0 ? 1 : 0), () => 1];

/** The cells' equations, one unit at a time; addresses are of floats in the twins' own loops. */
export function cellTwins({ floats: m }: Memory): Cells {
  /** Calls for each unit of rows (n, H): its place in (n, H) and that of its first gate in (n, gates·H). */
  const units = (rows: number, H: number, gates: number, unit: (i: number, gate: number) => void) => {
    for (let row = 0; row < rows; row++) {
      for (let j = 0; j < H; j++) unit(row * H + j, row * gates * H + j);
    }
  };
  return {
    rnnForward(a, size, activation, h) {
      for (let i = 0; i < size; i++) m[h / 4 + i] = activations[activation](m[a / 4 + i]);
    },
    rnnBackward(dh, h, size, activation, da) {
      for (let i = 0; i < size; i++) m[da / 4 + i] = m[dh / 4 + i] * slopes[activation](m[h / 4 + i]);
    },
    gruGates(gates, h, rows, H, rh) {
      units(rows, H, 3, (i, gate) => {
        const [r, z] = [gates / 4 + gate, gates / 4 + gate + H];
        m[r] = sigmoid(m[r]);
        m[z] = sigmoid(m[z]);
        if (rh) m[rh / 4 + i] = m[r] * m[h / 4 + i];
      });
    },
    gruState(gates, hn, h, rows, H, out) {
      units(rows, H, 3, (i, gate) => {
        const [r, z, n] = [gates / 4 + gate, gates / 4 + gate + H, gates / 4 + gate + 2 * H];
        m[n] = Math.tanh(m[n] + (hn ? m[r] * m[hn / 4 + i] : 0));
        m[out / 4 + i] = m[z] * m[h / 4 + i] + (1 - m[z]) * m[n];
      });
    },
    gruStateBackward(dh, gates, hn, h, rows, H) {
      units(rows, H, 3, (i, gate) => {
        const at = gates / 4 + gate;
        const [r, z, n] = [m[at], m[at + H], m[at + 2 * H]];
        const d = m[dh / 4 + i];
        const dn = d * (1 - z) * (1 - n * n);
        m[at + H] = d * (m[h / 4 + i] - n) * z * (1 - z);
        m[at + 2 * H] = dn;
        m[dh / 4 + i] = d * z;
        if (!hn) return;
        m[at] = dn * m[hn / 4 + i] * r * (1 - r);
        m[hn / 4 + i] = dn * r;
      });
    },
    gruResetBackward(drh, gates, h, rows, H, dh) {
      units(rows, H, 3, (i, gate) => {
        const r = m[gates / 4 + gate];
        m[gates / 4 + gate] = m[drh / 4 + i] * m[h / 4 + i] * r * (1 - r);
        m[dh / 4 + i] += m[drh / 4 + i] * r;
      });
    },
    lstmForward(gates, c, rows, H, next, h) {
      units(rows, H, 4, (unit, gate) => {
        const at = gates / 4 + gate;
        const [i, f, o] = [at, at + H, at + 3 * H].map((place) => sigmoid(m[place]));
        const g = Math.tanh(m[at + 2 * H]);
        const cell = f * m[c / 4 + unit] + i * g;
        [i, f, g, o].forEach((value, index) => {
          m[at + index * H] = value;
        });
        m[next / 4 + unit] = cell;
        m[h / 4 + unit] = o * Math.tanh(cell);
      });
    },
    lstmBackward(dh, dc, gates, c, h, rows, H) {
      units(rows, H, 4, (unit, gate) => {
        const at = gates / 4 + gate;
        const [i, f, g, o] = [m[at], m[at + H], m[at + 2 * H], m[at + 3 * H]];
        const [d, t] = [m[dh / 4 + unit], o === 0 ? 0 : m[h / 4 + unit] / o];
        const cell = m[dc / 4 + unit] + d * o * (1 - t * t);
        m[at] = cell * g * i * (1 - i);
        m[at + H] = cell * m[c / 4 + unit] * f * (1 - f);
        m[at + 2 * H] = cell * i * (1 - g * g);
        m[at + 3 * H] = d * t * o * (1 - o);
        m[dc / 4 + unit] = cell * f;
      });
    },
  };
}

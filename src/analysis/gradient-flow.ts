import type { Engine, State } from '../engine/engine';
import type { Window } from '../text/windows';

// T steps, B batch, H hidden, L layers.

/**
 * How the gradient fades or grows through time: ‖∂L/∂h_{t−k}‖ against the lag k, for every layer, with L = −log p of one token
 * (or the mean over the rows at step t). Nothing is truncated. Overwrites the engine's last gradient, so call it after
 * `apply`; parameters and `state` stay as they are.
 * @param window (T, B)
 * @param state the state that the window begins with
 * @param t the step whose loss is followed back; the window's last if absent
 * @param b the row; all rows if absent
 * @returns norms[layer][k], k = 0 … t
 */
export function gradientFlow(
  engine: Engine,
  window: Window,
  state: State,
  t: number = window.steps - 1,
  b?: number,
): number[][] {
  const { steps: T, batch: B } = window;
  const { layers: L } = engine.shape;
  const weights = new Float32Array(T * B); // (T, B)
  if (b === undefined) weights.fill(1 / B, t * B, (t + 1) * B);
  else weights[t * B + b] = 1;
  const flow = new Float32Array(L * T); // (L, T)
  engine.gradient(window, cloneState(state), { weights, flow });
  return Array.from({ length: L }, (_, layer) => Array.from({ length: t + 1 }, (_, k) => flow[layer * T + t - k]));
}

function cloneState({ batch, hidden, cell }: State): State {
  return { batch, hidden: hidden.slice(), cell: cell.slice() };
}

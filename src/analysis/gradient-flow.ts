import type { Engine, State } from '../engine/engine';
import type { Window } from '../text/windows';
import { linearFlow, spectralRadius } from './linear-rnn';

// T steps, B batch, H hidden, L layers.

/** What is followed back, and what may be cut on the way. */
export interface FlowOptions {
  /** The step whose loss is followed back; the window's last if absent. */
  readonly t?: number;
  /** The row; all rows if absent. */
  readonly b?: number;
  /** Cuts of a truncation, as `Pass.carry`; nothing is truncated if absent. */
  readonly carry?: Float32Array; // (T, B)
}

/**
 * How the gradient fades or grows through time: ‖∂L/∂h_{t−k}‖ against the lag k, for every layer, with L = −log p of one token
 * (or the mean over the rows at step t). Overwrites the engine's last gradient, so call it after `apply`; parameters and
 * `state` stay as they are.
 * @param window (T, B)
 * @param state the state that the window begins with
 * @returns norms[layer][k], k = 0 … t
 */
export function gradientFlow(engine: Engine, window: Window, state: State, options: FlowOptions = {}): number[][] {
  const { steps: T, batch: B } = window;
  const { t = T - 1, b, carry } = options;
  const { layers: L } = engine.shape;
  const weights = new Float32Array(T * B); // (T, B)
  if (b === undefined) weights.fill(1 / B, t * B, (t + 1) * B);
  else weights[t * B + b] = 1;
  const flow = new Float32Array(L * T); // (L, T)
  engine.gradient(window, cloneState(state), { weights, flow, carry });
  return Array.from({ length: L }, (_, layer) => Array.from({ length: t + 1 }, (_, k) => flow[layer * T + t - k]));
}

/**
 * The norms of a linear RNN's top layer without a gradient pass: the gradient of the last step's loss with respect to its hidden
 * state, carried back by exact powers of W_hᵀ. Into the layers below the gradient comes at every step from above as well, so
 * that no power alone says how it flows there.
 * @param window (T, B)
 * @param state the state that the window begins with
 * @returns norms[k], k = 0 … T−1, and the spectral radius of W_h; undefined for any other model
 */
export function linearRnnFlow(
  engine: Engine,
  window: Window,
  state: State,
): { exact: number[]; spectralRadius: number } | undefined {
  const { shape, parameters } = engine;
  if (shape.cell !== 'rnn' || shape.activation !== 'identity') return undefined;
  const { steps: T, batch: B, inputs, targets } = window;
  const { hidden: H, vocabulary: V } = shape;
  const before = cloneState(state);
  const last = (T - 1) * B;
  if (T > 1) {
    const part = { steps: T - 1, batch: B, inputs: inputs.slice(0, last), targets: targets.slice(0, last) };
    engine.evaluate(part, before);
  }
  const logProbabilities = engine.step(inputs.slice(last), before); // (B, V)
  const output = shape.tied ? parameters.get('embedding') : parameters.get('W_hq'); // (V, H) or (H, V)
  const W_h = parameters.get(`l${shape.layers - 1}.W_h`); // (H, H)
  const exact = new Float64Array(T); // (T)
  for (let b = 0; b < B; b++) {
    const dh = new Float64Array(H); // (H)
    for (let v = 0; v < V; v++) {
      const dLogit = (Math.exp(logProbabilities[b * V + v]) - (v === targets[last + b] ? 1 : 0)) / B;
      for (let h = 0; h < H; h++) dh[h] += dLogit * (shape.tied ? output[v * H + h] : output[h * V + v]);
    }
    linearFlow(W_h, dh, T - 1).forEach((norm, k) => {
      exact[k] = Math.hypot(exact[k], norm);
    });
  }
  return { exact: Array.from(exact), spectralRadius: spectralRadius(W_h) };
}

function cloneState({ batch, hidden, cell }: State): State {
  return { batch, hidden: hidden.slice(), cell: cell.slice() };
}

import type { ModelShape } from '../model/configuration';
import type { ParameterTable } from '../model/parameters';
import type { Window } from '../text/windows';

// T steps, B batch, V vocabulary, H hidden, L layers. All arrays are row-major in the order that their shape says.

/** The latent state that crosses window boundaries. Engines read it and overwrite it in place; the gradient never crosses. */
export interface State {
  /** B */
  readonly batch: number;
  readonly hidden: Float32Array; // (L, B, H)
  /** Memory cells of an LSTM; empty for the other cells. */
  readonly cell: Float32Array; // (L, B, H) or (0)
}

/** What may be asked of one gradient besides the loss. */
export interface Pass {
  /**
   * carry[t, b] multiplies the gradient that flows from step t+1 back into step t of row b (into h and, for an LSTM, c).
   * All ones if absent. The last row, t = T−1, is not used: the gradient never crosses the window's edge.
   */
  readonly carry?: Float32Array; // (T, B)
  /**
   * If given, the loss is Σ weights[t, b]·(−log p) instead of the mean over the window's tokens. Selects single tokens.
   */
  readonly weights?: Float32Array; // (T, B)
  /** Seed of this pass's dropout masks; dropout applies only if this is given and the model's dropout is above 0. */
  readonly dropoutSeed?: number;
  /** Filled, if given, with ‖∂loss/∂h_t‖ of each layer and step, the norm taken over the whole batch. */
  readonly flow?: Float32Array; // (L, T)
}

/** What one gradient found. */
export interface GradientResult {
  /** Σ −log p over the window, unweighted, in nats. */
  readonly nats: number;
  /** T·B */
  readonly tokens: number;
  /** Global norm of the gradient over all parameters, before clipping. NaN or infinite if the pass overflowed. */
  readonly norm: number;
}

/** One update. Equations are PyTorch's (torch.optim), with its bias corrections for Adam and AdamW. */
export interface OptimizerStep {
  readonly kind: 'sgd' | 'momentum' | 'rmsprop' | 'adam' | 'adamw';
  readonly learningRate: number;
  /** momentum: v ← μ v + g; p ← p − lr v */
  readonly momentum: number;
  /** rmsprop: s ← α s + (1−α) g²; p ← p − lr g / (√s + ε) */
  readonly alpha: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** adamw: p ← p − lr λ p, before the Adam update */
  readonly weightDecay: number;
  /** Number of this update, from 1; for bias correction. */
  readonly count: number;
  /** If above 0, each gradient value is clamped to ± this (instead of scaling by the norm). */
  readonly clipValue: number;
}

/** Two moment vectors of an optimizer, as long as the parameters; an optimizer that needs fewer leaves the rest at zero. */
export interface Moments {
  readonly first: Float32Array;
  readonly second: Float32Array;
}

/** Computes losses, gradients, updates and predictions of one model. Not re-entrant. Every method is synchronous. */
export interface Engine {
  readonly shape: ModelShape;
  /** Threads that compute. */
  readonly threads: number;
  /** Live views; writing to them changes the model. */
  readonly parameters: ParameterTable;
  /** Gradient of the last `gradient` call, before clipping; valid until the next call. */
  readonly gradients: ParameterTable;
  /** The optimizer's live moments. */
  readonly moments: Moments;
  /**
   * Runs the window forward and backward from `state`, and leaves the window's last state in `state`.
   * The loss is the mean of −log p over the window's tokens (or as `pass.weights` says).
   */
  gradient(window: Window, state: State, pass?: Pass): GradientResult;
  /** Updates the parameters with `scale` times the last gradient; scale = min(1, θ/norm), or 1. */
  apply(update: OptimizerStep, scale: number): void;
  /** Runs the window forward only, without dropout, and leaves its last state in `state`. */
  evaluate(window: Window, state: State): { nats: number; tokens: number };
  /**
   * Feeds one token to each row and advances `state`.
   * @param ids (B)
   * @returns log-probabilities (B, V) of the next token, valid until the next call
   */
  step(ids: Int32Array, state: State): Float32Array;
  /** Frees all memory and threads. The engine cannot be used afterwards. */
  dispose(): void;
}

/** What an engine needs besides the model. */
export interface EngineOptions {
  /** Absolute path of the folder `dist`, where the .wasm files are. */
  readonly dist: string;
  /** Threads of the fused engine; 0 chooses. */
  readonly threads?: number;
  /** Whether this process's V8 was told to widen 128-bit instructions: the fused engine then takes the kernels made for it. */
  readonly revectorized?: boolean;
  /** Backend of the tfjs engine; wasm unless asked otherwise. */
  readonly backend?: 'wasm' | 'cpu';
}

/** A zero state for B rows of a model: the state that every text begins with. */
export function createState(shape: ModelShape, batch: number): State {
  const size = shape.layers * batch * shape.hidden;
  return { batch, hidden: new Float32Array(size), cell: new Float32Array(shape.cell === 'lstm' ? size : 0) };
}

/** Sets a state back to zero, as random sampling does before every window. */
export function resetState(state: State): void {
  state.hidden.fill(0);
  state.cell.fill(0);
}

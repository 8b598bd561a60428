import * as tf from '@tensorflow/tfjs';
import type { ModelShape } from '../../model/configuration';
import { ParameterTable } from '../../model/parameters';
import type { Window } from '../../text/windows';
import type { Engine, EngineOptions, GradientResult, Moments, OptimizerStep, Pass, State } from '../engine';
import { applyUpdate } from '../optimizer';
import { type Backend, startBackend, useBackend } from './backend';
import type { Step } from './cells';
import { forward, negativeLogLikelihood, type Weights } from './forward';

// T steps, B batch, V vocabulary, H hidden, L layers.

/**
 * The reference engine: the equations in TensorFlow.js operations, gradients by its autograd. Slow and readable.
 * @param options `dist` holds the .wasm files; `backend` is wasm unless `cpu` is asked for
 * @throws Error if the backend does not start
 */
export async function createTfjsEngine(shape: ModelShape, options: EngineOptions): Promise<Engine> {
  const backend = options.backend ?? 'wasm';
  await startBackend(backend, options.dist);
  return new TfjsEngine(shape, backend);
}

class TfjsEngine implements Engine {
  readonly threads = 1;
  readonly parameters: ParameterTable;
  readonly gradients: ParameterTable;
  readonly moments: Moments;
  private readonly logProbabilities = new Map<number, Float32Array>();

  constructor(
    readonly shape: ModelShape,
    private readonly backend: Backend,
  ) {
    this.parameters = new ParameterTable(shape);
    this.gradients = new ParameterTable(shape);
    const N = this.parameters.flat.length;
    this.moments = { first: new Float32Array(N), second: new Float32Array(N) };
  }

  gradient(window: Window, state: State, pass: Pass = {}): GradientResult {
    useBackend(this.backend);
    const { steps: T, batch: B } = window;
    const { layers: L, hidden: H } = this.shape;
    const entries = this.parameters.entries;
    let nats = 0;
    tf.tidy(() => {
      const inputs: tf.Tensor[] = entries.map(({ name, shape }) => tf.tensor(this.parameters.get(name), [...shape]));
      const perturbations = pass.flow
        ? Array.from({ length: L }, () => Array.from({ length: T }, () => tf.zeros<tf.Rank.R2>([B, H])))
        : undefined; // [layer][t] (B, H)
      if (perturbations) inputs.push(...perturbations.flat());
      let last: readonly Step[] = [];
      let likelihoods: tf.Tensor1D | undefined;
      const loss = (...tensors: tf.Tensor[]): tf.Scalar => {
        const weights = Object.fromEntries(entries.map(({ name }, i) => [name, tensors[i]]));
        const offset = entries.length;
        const result = forward(this.shape, weights, state, {
          ...window,
          carry: pass.carry,
          dropoutSeed: pass.dropoutSeed,
          perturbations: perturbations?.map((row, layer) =>
            row.map((_, t) => tensors[offset + layer * T + t] as tf.Tensor2D),
          ),
        });
        last = result.last.map(keepStep);
        likelihoods = tf.keep(negativeLogLikelihood(result.logProbabilities, window.targets)); // (T·B)
        return pass.weights ? tf.sum(tf.mul(likelihoods, tf.tensor1d(pass.weights))) : tf.mean(likelihoods);
      };
      const { grads } = tf.valueAndGrads(loss)(inputs);
      for (const value of likelihoods!.dataSync()) nats += value;
      likelihoods!.dispose();
      entries.forEach(({ name }, i) => {
        this.gradients.get(name).set(grads[i].dataSync());
      });
      if (pass.flow) {
        for (let i = 0; i < L * T; i++) pass.flow[i] = norm(grads[entries.length + i].dataSync());
      }
      this.store(last, state);
    });
    return { nats, tokens: T * B, norm: norm(this.gradients.flat) };
  }

  apply(update: OptimizerStep, scale: number): void {
    applyUpdate(this.parameters.flat, this.gradients.flat, this.moments, update, scale);
  }

  evaluate(window: Window, state: State): { nats: number; tokens: number } {
    useBackend(this.backend);
    let nats = 0;
    tf.tidy(() => {
      const { logProbabilities, last } = forward(this.shape, this.weights(), state, window);
      for (const value of negativeLogLikelihood(logProbabilities, window.targets).dataSync()) nats += value;
      this.store(last, state);
    });
    return { nats, tokens: window.steps * window.batch };
  }

  step(ids: Int32Array, state: State): Float32Array {
    useBackend(this.backend);
    const B = ids.length;
    let out = this.logProbabilities.get(B);
    if (!out) {
      out = new Float32Array(B * this.shape.vocabulary); // (B, V)
      this.logProbabilities.set(B, out);
    }
    tf.tidy(() => {
      const { logProbabilities, last } = forward(this.shape, this.weights(), state, {
        inputs: ids,
        steps: 1,
        batch: B,
      });
      out.set(logProbabilities.dataSync());
      this.store(last, state);
    });
    return out;
  }

  dispose(): void {
    this.logProbabilities.clear();
  }

  private weights(): Weights {
    const { entries } = this.parameters;
    return Object.fromEntries(
      entries.map(({ name, shape }) => [name, tf.tensor(this.parameters.get(name), [...shape])]),
    );
  }

  /** Writes the last step of every layer into the state. */
  private store(last: readonly Step[], state: State): void {
    const size = state.batch * this.shape.hidden;
    last.forEach(({ h, c }, layer) => {
      state.hidden.set(h.dataSync(), layer * size);
      h.dispose();
      if (c) {
        state.cell.set(c.dataSync(), layer * size);
        c.dispose();
      }
    });
  }
}

/** Keeps a step's tensors alive beyond the function whose gradient is taken. */
function keepStep({ h, c }: Step): Step {
  return { h: tf.keep(tf.clone(h)), c: c && tf.keep(tf.clone(c)) };
}

/** √Σx², summed in double precision. */
function norm(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * values[i];
  return Math.sqrt(sum);
}

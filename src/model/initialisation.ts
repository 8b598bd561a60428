import type { ParameterTable } from './parameters';
import { Random } from './random';

/**
 * Fills a model's parameters with their initial values.
 * `uniform` is PyTorch's: nn.RNN, nn.GRU and nn.LSTM draw all their parameters from U(−1/√H, 1/√H), nn.Linear with H inputs
 * too, and nn.Embedding from N(0, 1). PyTorch adds two biases for each gate where there is one here; the one is drawn as
 * their sum. `normal` is the lecture's: weights N(0, 0.01²), biases zero.
 * The forget gate's bias of an LSTM is raised by `forgetBias`.
 */
export function initialise(parameters: ParameterTable, init: 'uniform' | 'normal', seed: number): void {
  const random = new Random(seed);
  const { hidden: H, cell, reset, layers, forgetBias, tied } = parameters.shape;
  const bound = 1 / Math.sqrt(H);
  const uniform = () => (random.uniform() * 2 - 1) * bound;
  for (const { name } of parameters.entries) {
    const values = parameters.get(name);
    if (init === 'normal') {
      if (isBias(name)) values.fill(0);
      else fill(values, () => random.normal() * 0.01);
    } else if (name === 'embedding') {
      fill(values, tied ? uniform : () => random.normal());
    } else if (name.endsWith('.b')) {
      fill(values, () => uniform() + uniform());
      // The candidate of a GRU that resets after has its second bias as a parameter of its own.
      if (cell === 'gru' && reset === 'after') fill(values.subarray(2 * H), uniform);
    } else fill(values, uniform);
  }
  if (cell !== 'lstm') return;
  for (let k = 0; k < layers; k++) {
    const b = parameters.get(`l${k}.b`);
    for (let j = H; j < 2 * H; j++) b[j] += forgetBias;
  }
}

const isBias = (name: string) => name === 'b_q' || name.endsWith('.b') || name.endsWith('.b_hn');

function fill(values: Float32Array, draw: () => number): void {
  for (let i = 0; i < values.length; i++) values[i] = draw();
}

import { describe, expect, it } from 'vitest';
import type { OptimizerStep } from '../../src/engine/engine';
import { applyUpdate } from '../../src/engine/optimizer';
import { trainingSchema } from '../../src/model/configuration';

const start = [1, -2, 0.5, 3];
const gradients = [
  [0.5, -1, 0.25, 0],
  [0.1, 2, -3, 1e-3],
  [-0.7, 0.3, 0.01, -4],
];

/**
 * Parameters after each of three updates, from torch 1.13, in double precision:
 *   p = torch.tensor(start, dtype=torch.float64, requires_grad=True); o = OPTIMIZER([p], lr=0.1, ...)
 *   for g in gradients: p.grad = torch.tensor(g, dtype=torch.float64); o.step(); print([round(v, 7) for v in p.tolist()])
 */
const torch: [OptimizerStep['kind'], string, number[][]][] = [
  [
    'sgd',
    'SGD',
    [
      [0.95, -1.9, 0.475, 3],
      [0.94, -2.1, 0.775, 2.9999],
      [1.01, -2.13, 0.774, 3.3999],
    ],
  ],
  [
    'momentum',
    'SGD(momentum=0.9)',
    [
      [0.95, -1.9, 0.475, 3],
      [0.895, -2.01, 0.7525, 2.9999],
      [0.9155, -2.139, 1.00125, 3.39981],
    ],
  ],
  [
    'rmsprop',
    'RMSprop(alpha=0.95, eps=1e-8)',
    [
      [0.5527864, -1.5527864, 0.0527865, 3],
      [0.4628931, -1.9548015, 0.4985321, 2.5528064],
      [0.8305194, -2.0160867, 0.4970077, 3.00002],
    ],
  ],
  [
    'adam',
    'Adam(betas=(0.9, 0.999), eps=1e-8)',
    [
      [0.9, -1.9, 0.4, 3],
      [0.8196959, -1.9366104, 0.4685951, 2.9255874],
      [0.8348226, -1.9731581, 0.5214068, 2.9894544],
    ],
  ],
  [
    'adamw',
    'AdamW(betas=(0.9, 0.999), eps=1e-8, weight_decay=0.3)',
    [
      [0.87, -1.84, 0.385, 2.91],
      [0.7635959, -1.8214104, 0.4420451, 2.7482874],
      [0.7558148, -1.8033158, 0.4815954, 2.7297057],
    ],
  ],
];

describe('an optimizer', () => {
  it.each(torch)('%s updates as torch.optim.%s does', (kind, _, expected) => {
    const options = trainingSchema.parse({ weightDecay: 0.3 });
    const parameters = Float32Array.from(start); // (N)
    const moments = { first: new Float32Array(4), second: new Float32Array(4) }; // (N) each
    const fixed = { ...options, kind, learningRate: 0.1, clipValue: 0 };
    gradients.forEach((gradient, i) => {
      // Half of twice the gradient: the scale counts as part of it.
      const doubled = Float32Array.from(gradient, (g) => 2 * g); // (N)
      applyUpdate(parameters, doubled, moments, { ...fixed, count: i + 1 }, 0.5);
      for (let j = 0; j < 4; j++) expect(parameters[j], `step ${i + 1}, ${j}`).toBeCloseTo(expected[i][j], 6);
    });
  });
});

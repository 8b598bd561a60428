import { describe, expect, it } from 'vitest';
import { linearFlow, spectralRadius } from '../../../src/analysis/linear-rnn';
import { Random } from '../../../src/model/random';

describe('spectralRadius', () => {
  it.each([
    ['a triangular matrix', [0.5, 3, 0, 0.9], 0.9],
    ['a rotation, whose eigenvalues are complex', [0, -1.1, 1.1, 0], 1.1],
    ['a negative eigenvalue', [-2, 0, 0, 1], 2],
    ['a Jordan block', [0.5, 1, 0, 0.5], 0.5],
    ['a nilpotent matrix', [0, 1, 0, 0], 0],
    ['one number', [-0.3], 0.3],
  ])('of %s', (_, W, radius) => {
    expect(spectralRadius(W)).toBeCloseTo(radius, 6);
  });

  it.each([60, 240])('of a scaled random rotation of size %d', (H) => {
    // Plane rotations keep every norm, so all eigenvalues of their product lie on the unit circle.
    const random = new Random(H);
    const W = Float64Array.from({ length: H * H }, (_, i) => (i % (H + 1) === 0 ? 1.3 : 0)); // (H, H)
    for (let n = 0; n < 20 * H; n++) {
      const [p, q] = [random.below(H), random.below(H)];
      if (p === q) continue;
      const angle = random.uniform() * 6;
      for (let j = 0; j < H; j++) {
        const [x, y] = [W[p * H + j], W[q * H + j]];
        W[p * H + j] = Math.cos(angle) * x - Math.sin(angle) * y;
        W[q * H + j] = Math.sin(angle) * x + Math.cos(angle) * y;
      }
    }
    expect(spectralRadius(W)).toBeCloseTo(1.3, 5);
  });

  it('refuses what is not square, and passes NaN on', () => {
    expect(() => spectralRadius([1, 2, 3])).toThrow(/not square/);
    expect(spectralRadius([Number.NaN])).toBeNaN();
  });
});

it('linearFlow follows the powers of the transpose', () => {
  // rows: dh W_hᵀ = W_h dh. W = [[1, 2], [0, 3]], dh = (1, 1): (3, 3), (9, 9) …
  expect([...linearFlow([1, 2, 0, 3], [1, 1], 2)].map((value) => value / Math.SQRT2)).toEqual([
    expect.closeTo(1, 12),
    expect.closeTo(3, 12),
    expect.closeTo(9, 12),
  ]);
  expect([...linearFlow([0, 2, 0, 0], [0, 1], 2)]).toEqual([1, 2, 0]);
});

describe('norms that leave the range of squares', () => {
  it('are still told: far below, far above, and beyond', () => {
    const shrinking = linearFlow([1e-3, 0, 0, 1e-3], [3, 4], 90);
    shrinking.forEach((norm, k) => {
      expect(norm / (5 * 10 ** (-3 * k))).toBeCloseTo(1, 9);
    });
    expect(linearFlow([1e30, 0, 0, 1e30], [3, 4], 10)[10] / 5e300).toBeCloseTo(1, 9);
    expect([...linearFlow([1e200], [1], 2)]).toEqual([1, 1e200, Number.POSITIVE_INFINITY]);
    expect(linearFlow([Number.NaN], [1], 1)[1]).toBeNaN();
    expect([...linearFlow([0], [0], 2)]).toEqual([0, 0, 0]);
  });
});

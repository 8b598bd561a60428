import { describe, expect, it } from 'vitest';
import { diagnose, type Standing, withoutValidation } from '../../../src/training/diagnosis';

const lines = [
  { name: 'uniform', perplexity: 28 },
  { name: 'unigram', perplexity: 16.7 },
  { name: '5-gram', perplexity: 4.5 },
];
const standing = (more: Partial<Standing>): Standing => {
  const { validation = 8, best = validation } = more;
  return { validation, best, baselines: lines, tokens: 100_000, ...more };
};

describe('a diagnosis', () => {
  it('compares with the better of uniform and unigram', () => {
    const small = [
      { name: 'uniform', perplexity: 20897 },
      { name: 'unigram', perplexity: 41794 },
      { name: '2-gram', perplexity: 41794 },
    ];
    const said = diagnose(standing({ validation: 21662, baselines: small, tokens: 2090 }));
    expect(said).toBe(
      "Not learning yet: 21662.00 is no better than the uniform's 20897.00, which knows nothing of the text.",
    );
    expect(diagnose(standing({ validation: 10000, baselines: small, tokens: 2090 }))).toMatch(/^Better than/);
  });

  it.each([1, 2, 3, 20, 63])('says nothing of rank on %i tokens', (tokens) => {
    for (const validation of [1.1, 4, 8, 16, 17, 300]) {
      for (const over of [false, true]) {
        const said = diagnose(standing({ validation, best: 1.1, training: 1.05, tokens }), over);
        expect(said).toMatch(/^(A single validation token (is|was)|\d+ validation tokens (are|were)) too few to tell/);
        expect(said).not.toMatch(/better|gram|uniform|Learn|Memoris/i);
      }
    }
  });

  it('does not speak of a difference within two standard errors', () => {
    // 400 tokens: a tenth of a nat.
    const near = (validation: number) => diagnose(standing({ validation, tokens: 400 }));
    expect(near(16.7 * Math.exp(-0.09))).toMatch(/^Too early to tell: .* do not tell them apart\.$/);
    expect(near(16.7 * Math.exp(-0.11))).toMatch(/^Learning: /);
    expect(near(4.5 * Math.exp(-0.09))).toMatch(
      /^Learning: .* as good, as far as one can tell, as the 5-gram's 4\.50\.$/,
    );
    expect(near(4.5 * Math.exp(-0.11))).toMatch(/^Better than every n-gram/);
    const scattered = lines.map((line) => ({ ...line, scatter: 2.4 }));
    const wide = standing({ validation: 16.7 * Math.exp(-0.2), baselines: scattered, tokens: 400 });
    expect(diagnose(wide)).toMatch(/^Too early to tell/);
  });

  it('never says learning, and never learnt, when the perplexity rose', () => {
    for (const validation of [4.6, 5.001, 5.09, 5.2, 6.51, 12]) {
      for (const over of [false, true]) {
        for (const training of [undefined, 4, 6, 11]) {
          const said = diagnose(standing({ validation, best: Math.min(4.59, validation - 0.001), training }), over);
          expect(said).not.toMatch(/^Learn/);
          expect(said).toMatch(/its best/);
        }
      }
    }
    expect(diagnose(standing({ validation: 6.51, best: 4.98, training: 6 }))).toBe(
      "Rising: 6.51, up from its best, 4.98, is better than the unigram's 16.70, and not yet than the 5-gram's 4.50.",
    );
  });

  it('speaks of a run that is over in the past', () => {
    const all: Partial<Standing>[] = [
      { validation: Number.NaN },
      { validation: 17 },
      { validation: 17, best: 12 },
      { validation: 8 },
      { validation: 8, best: 7.95 },
      { validation: 8, best: 7 },
      { validation: 40, best: 8, training: 1 },
      { validation: 16, tokens: 500 },
      { validation: 16, tokens: 5 },
    ];
    for (const one of all) {
      const said = diagnose(standing(one), true);
      expect(said.replace('how frequent each token is', '')).not.toMatch(
        /\b(is|are|Learning|Memorising|Rising|yet|stands)\b/,
      );
      expect(said).not.toBe(diagnose(standing(one)));
    }
    expect(withoutValidation(0, true)).toMatch(/^Validation was not measured: nothing of the text was held out/);
    expect(withoutValidation(1, true)).toMatch(/a single token of the text was held out/);
    expect(withoutValidation(2, true)).toBeUndefined();
  });

  it('writes no number that cannot be read', () => {
    for (const validation of [Number.POSITIVE_INFINITY, 1e300, 2.156970309079465e155]) {
      const said = diagnose(standing({ validation, best: 5, training: 1e200 }));
      expect(said).not.toMatch(/NaN|Infinity|\d{8}/);
    }
    expect(diagnose(standing({ validation: Number.POSITIVE_INFINITY }))).toMatch(/∞/);
  });
});

import { describe, expect, it } from 'vitest';
import { distribution, draw, ranked, sampleToken } from '../../../src/generation/sample';
import { OverflowError } from '../../../src/model/overflow';
import { Random } from '../../../src/model/random';

const plain = { temperature: 1, topK: 0, topP: 1 };
const logs = (...probabilities: number[]) => Float64Array.from(probabilities, Math.log);
const rounded = (values: Float64Array) => Array.from(values, (value) => Math.round(value * 1e6) / 1e6);

describe('distribution', () => {
  it('is the model’s own at temperature 1', () => {
    expect(rounded(distribution(logs(0.5, 0.3, 0.2), plain))).toEqual([0.5, 0.3, 0.2]);
  });

  it('sharpens and flattens', () => {
    // p² / Σp² and √p / Σ√p
    expect(rounded(distribution(logs(0.5, 0.3, 0.2), { ...plain, temperature: 0.5 }))).toEqual([
      0.657895, 0.236842, 0.105263,
    ]);
    expect(rounded(distribution(logs(0.64, 0.36), { ...plain, temperature: 2 }))).toEqual([0.571429, 0.428571]);
  });

  it('cuts to the likeliest k', () => {
    expect(rounded(distribution(logs(0.2, 0.5, 0.3), { ...plain, topK: 2 }))).toEqual([0, 0.625, 0.375]);
  });

  it('cuts to the likeliest that reach p, and keeps at least one', () => {
    const model = logs(0.2, 0.5, 0.3);
    expect(rounded(distribution(model, { ...plain, topP: 0.7 }))).toEqual([0, 0.625, 0.375]);
    expect(rounded(distribution(model, { ...plain, topP: 0.01 }))).toEqual([0, 1, 0]);
    // Of the two likeliest, 0.625 and 0.375 once scaled, the first reaches 0.6.
    expect(rounded(distribution(model, { ...plain, topK: 2, topP: 0.6 }))).toEqual([0, 1, 0]);
  });

  it('does not overflow at a low temperature', () => {
    expect(rounded(distribution(Float32Array.of(-1, -900, -1.01), { ...plain, temperature: 1e-4 }))).toEqual([1, 0, 0]);
  });
});

describe('sampleToken', () => {
  it('takes the likeliest at temperature 0, the first of equals, without asking for randomness', () => {
    const never = () => {
      throw new Error('asked');
    };
    expect(sampleToken(logs(0.2, 0.4, 0.4), { ...plain, temperature: 0 }, never)).toBe(1);
  });

  it('draws as often as the distribution says', () => {
    const random = new Random(1);
    const counts = [0, 0, 0, 0];
    const model = logs(0.5, 0, 0.3, 0.2);
    const draws = 20000;
    for (let i = 0; i < draws; i++) counts[sampleToken(model, plain, () => random.uniform())]++;
    expect(counts[1]).toBe(0);
    [0.5, 0, 0.3, 0.2].forEach((p, id) => {
      expect(Math.abs(counts[id] / draws - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / draws) + 1e-9);
    });
  });

  it.each([0, 0.8])('throws for NaN, infinity and nothing, at temperature %d', (temperature) => {
    const sample = (...values: number[]) =>
      sampleToken(Float32Array.from(values), { ...plain, temperature }, () => 0.5);
    expect(() => sample(-1, Number.NaN)).toThrow(OverflowError);
    expect(() => sample(-1, Number.POSITIVE_INFINITY)).toThrow(OverflowError);
    expect(() => sample(Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY)).toThrow(OverflowError);
  });
});

it('draw never returns a token of probability 0, even when rounding leaves the sum short', () => {
  expect(draw(Float64Array.of(0, 0.4, 0.5999999, 0), 0.99999999)).toBe(2);
  expect(draw(Float64Array.of(0, 0.4, 0.6, 0), 0)).toBe(1);
});

it('ranks from the likeliest on', () => {
  expect(ranked(Float64Array.of(0.1, 0.4, 0, 0.4, 0.1), 3)).toEqual([1, 3, 0]);
  expect(ranked(Float64Array.of(0.1, 0.9, 0), 5)).toEqual([1, 0]);
  expect(ranked(Float64Array.of(0.1, 0.9), 0)).toEqual([]);
});

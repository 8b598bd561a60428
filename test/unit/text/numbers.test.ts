import { describe, expect, it } from 'vitest';
import { inDigits, inFigures, inPercent, inScientific } from '../../../src/text/numbers';

describe('numbers for people', () => {
  it('are short however large they are', () => {
    expect([4.3712, 999999, 1.031479955230403e85, 2.156970309079465e155].map((value) => inFigures(value, 2))).toEqual([
      '4.37',
      '999999.00',
      '1.03e+85',
      '2.16e+155',
    ]);
    expect([0.00123456, 12.3456, 1234567].map((value) => inDigits(value, 3))).toEqual(['0.00123', '12.3', '1.23e+6']);
    expect(inScientific(0.000123456, 2)).toBe('1.23e-4');
  });

  it('are ∞ beyond the largest number and a dash where there is none, and never less than nothing', () => {
    for (const write of [inFigures, inDigits, inScientific]) {
      expect(write(Number.POSITIVE_INFINITY, 3)).toBe('∞');
      expect(write(Number.NaN, 3)).toBe('–');
      expect(write(undefined, 3)).toBe('–');
    }
    expect([-0, -1e-9].map((value) => inFigures(value, 2))).toEqual(['0.00', '0.00']);
  });

  it('are shares that do not vanish', () => {
    expect([0, 1e-6, 0.004, 0.051, 0.57, 1, Number.NaN].map(inPercent)).toEqual([
      '0%',
      '<0.1%',
      '0.4%',
      '5.1%',
      '57%',
      '100%',
      '–',
    ]);
  });
});

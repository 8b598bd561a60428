import { describe, expect, it } from 'vitest';
import { whatOverflowed } from '../../../src/model/finite';
import { smallModel } from './small-models';

describe('whatOverflowed', () => {
  const look = (change: (model: ReturnType<typeof smallModel>) => void, shape: object = { cell: 'lstm' }) => {
    const model = smallModel(shape);
    change(model);
    return whatOverflowed(model.configuration.model, model.parameters.flat, model.resume);
  };

  it('finds nothing in what a run leaves', () => {
    expect(look(() => {})).toBeUndefined();
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 3e38])('tells what cannot be gone on from: %d', (value) => {
    expect(look(({ parameters }) => parameters.get('b_q').fill(value))).toBe(value === 3e38 ? undefined : 'weights');
    expect(look(({ resume }) => resume.first.fill(value, 3, 4))).toBe('moments of the optimizer');
    expect(look(({ resume }) => resume.second.fill(value, 3, 4))).toBe('moments of the optimizer');
    expect(look(({ resume }) => resume.hidden.fill(value, 3, 4))).toBe('hidden state');
    expect(look(({ resume }) => resume.cell.fill(value, 3, 4))).toBe('hidden state');
    const linear = { cell: 'rnn', activation: 'identity' };
    expect(look(({ resume }) => resume.hidden.fill(value, 3, 4), linear)).toBe('hidden state');
  });
});

import { expect, it } from 'vitest';
import { toJson } from '../../../src/protocol/json';

it('leaves out fields without a finite value, and ends lists before the first one', () => {
  const event = { loss: 800, perplexity: Number.POSITIVE_INFINITY, inner: { x: Number.NaN, y: -0 }, text: 'NaN' };
  expect(JSON.parse(toJson(event))).toEqual({ loss: 800, inner: { y: 0 }, text: 'NaN' });
  const norms = [
    [1, 2, Number.POSITIVE_INFINITY, Number.NaN],
    [3, 4, 5, 6],
  ];
  expect(toJson({ norms })).toBe('{"norms":[[1,2],[3,4,5,6]]}');
  expect(toJson([{ a: Number.NEGATIVE_INFINITY }, { a: 1 }])).toBe('[{},{"a":1}]');
});

import { describe, expect, it } from 'vitest';
import { parseBounded } from '../../../src/model/bounded-json';
import { processorTime } from './processor-time';

const read = (text: string, limits = { depth: 3, values: 20 }) =>
  parseBounded(text, limits, (fault) => new Error(`it ${fault}`));

describe('parseBounded', () => {
  it.each([
    'null',
    '1e3',
    '"a:b,[{\\\\"',
    '"\\\\\\"[[[[[[:,"',
    '[]',
    '{"a":[1,2,{"b":"c"}],"":null}',
    ' { "a" : "}" } ',
  ])('reads %s as JSON does', (text) => {
    expect(read(text)).toEqual(JSON.parse(text));
  });

  it('keeps __proto__ a name like others', () => {
    expect(Object.keys(read('{"__proto__":{"a":1},"constructor":2}') as object)).toEqual(['__proto__', 'constructor']);
  });

  it.each([
    ['', 'it is not JSON'],
    ['{', 'it is not JSON'],
    ['"open', 'it is not JSON'],
    ['NaN', 'it is not JSON'],
    ['[[[[]]]]', 'it is nested too deeply'],
    ['['.repeat(1e6), 'it is nested too deeply'],
    [`[${'0,'.repeat(30)}0]`, 'it has more values than Recurrent writes'],
    ['{"a":1,"a":1}', 'it has the same name twice in one object'],
    ['{"a":1,"\\u0061":1}', 'it has the same name twice in one object'],
    ['[{"__proto__":1,"__proto__":2}]', 'it has the same name twice in one object'],
  ])('refuses %.20s: %s', (text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it('is linear in backslashes', () => {
    const text = JSON.stringify(`${'\\'.repeat(1e6)}"`);
    const elapsed = processorTime();
    expect(read(text)).toBe(JSON.parse(text));
    expect(elapsed()).toBeLessThan(500);
  });
});

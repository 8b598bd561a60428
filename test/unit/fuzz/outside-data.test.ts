import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../../src/model/configuration';
import { restoreTokenizer } from '../../../src/text/tokenizers';
import { UserError } from '../../../src/text/user-error';
import { smallModel, text } from '../model/small-models';
import { changed, changes } from './mutants';
import { faultOfMessage } from './opening';

const seed = Number(process.env.RECURRENT_FUZZ_SEED ?? 1);

/** Values of every kind, such as a worker or another extension may hand over. */
const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withSet: true,
});

/** A JSON text after changes, read; undefined if it is none any more. */
function changedData(of: unknown, all: Parameters<typeof changed>[1]): unknown {
  try {
    return JSON.parse(changed(JSON.stringify(of), all));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Does something with outside data, which is refused as it should be or gives a value that works. */
function refusedOr<T>(read: () => T, works: (value: T) => void): void {
  let value: T;
  try {
    value = read();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const fault = faultOfMessage(error.message);
    if (fault) throw new Error(`${fault}: ${error.message}`);
    return;
  }
  works(value);
}

describe('outside data', () => {
  it('is a configuration, or refused in a sentence', () => {
    const { configuration } = smallModel();
    const arbitrary = fc.oneof(
      fc.array(changes, { minLength: 1, maxLength: 3 }).map((all) => changedData(configuration, all)),
      fc.record({ model: fc.record({ hidden: anything }), text: anything }, { requiredKeys: [] }),
      fc.record({ generation: fc.record({ prompt: anything, temperature: anything }, { requiredKeys: [] }) }),
      anything,
    );
    const check = (value: unknown) =>
      refusedOr(
        () => parseConfiguration(value, 'x.safetensors'),
        (read) => expect(parseConfiguration(read, 'again')).toEqual(read),
      );
    fc.assert(fc.property(arbitrary, check), { numRuns: 1000, seed });
  });

  it('is a tokenizer, or refused in a sentence', () => {
    const all = (['characters', 'words', 'subwords'] as const).map((kind) =>
      smallModel({}, kind).tokenizer.serialise(),
    );
    const mutated = (data: unknown) =>
      fc.array(changes, { minLength: 1, maxLength: 2 }).map((done) => changedData(data, done));
    const arbitrary = fc.oneof(
      ...all.map(mutated),
      fc.record(
        { kind: fc.constantFrom('characters', 'words', 'subwords'), vocabulary: anything, merges: anything },
        { requiredKeys: ['kind'] },
      ),
      anything,
    );
    const check = (value: unknown) =>
      refusedOr(
        () => restoreTokenizer(value, 'x.safetensors'),
        (tokenizer) => {
          const ids = tokenizer.encode(text);
          expect(ids.every((id) => id < tokenizer.vocabulary.length)).toBe(true);
          if (tokenizer.kind === 'subwords') expect(tokenizer.decode(ids)).toBe(text);
        },
      );
    fc.assert(fc.property(arbitrary, check), { numRuns: 1000, seed });
  });

  it('may be named or nested as it likes', () => {
    const nested = (depth: number) => JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as unknown;
    const configure = (value: unknown) => () => parseConfiguration(value, 'Settings');
    expect(configure({ model: { hidden: nested(100_000) } })).toThrow(
      'Settings: recurrent.model.hidden is a list, but must be a whole number from 1 to 4096.',
    );
    expect(configure({ model: { cell: `${'a'.repeat(100)}\n` } })).toThrow(
      `Settings: recurrent.model.cell is "${'a'.repeat(60)}…", but must be one of rnn, gru, lstm.`,
    );
    expect(configure({ model: { cell: '\u001b[2J\n' } })).toThrow('recurrent.model.cell is "\\u001B[2J\\n", but');
    expect(configure({ model: { cell: {} } })).toThrow('recurrent.model.cell is an object, but');
    expect(configure({ model: null })).toThrow('Settings: the configuration is not an object of groups of options.');
    expect(configure(JSON.parse('{"model":{"__proto__":{"hidden":3}}}'))).toThrow(
      /no option recurrent\.model\.__proto__\./,
    );
    expect(configure(JSON.parse('{"__proto__":{"model":3}}'))).toThrow(/no group of options "__proto__"\./);
    expect(configure({ [`a\n${'b'.repeat(99)}`]: 1 })).toThrow(`no group of options "a\\n${'b'.repeat(58)}…".`);
    expect(configure({ text: { constructor: 1 } })).toThrow('there is no option recurrent.text.constructor.');
    expect(({} as { hidden?: number }).hidden).toBeUndefined();
  });
});

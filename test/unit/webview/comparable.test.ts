import { describe, expect, it } from 'vitest';
import type { RunSummary } from '../../../src/protocol/runs';
import { comparability } from '../../../webview/comparable';
import { summary } from '../../visual/scenarios';

const run = (name: string, text: Partial<RunSummary['configuration']['text']> = {}, vocabulary = 82): RunSummary => {
  const made = summary('finished', 400, 1000, { name });
  return {
    ...made,
    configuration: { ...made.configuration, text: { ...made.configuration.text, ...text } },
    prepared: made.prepared && { ...made.prepared, vocabulary },
    latest: made.latest && { ...made.latest, bitsPerCharacter: name === 'A' ? 2.25 : 1.5 },
  };
};

describe('whether perplexities can be compared', () => {
  it('is not spoken of where they can, or where there is one run only', () => {
    expect(comparability([])).toBe('');
    expect(comparability([run('A')])).toBe('');
    expect(comparability([run('A'), run('B')])).toBe('');
  });

  it('is denied where the tokens differ, and bits per character stand there instead', () => {
    const words = run('B', { tokenizer: 'words' }, 5000);
    expect(comparability([run('A'), words])).toMatch(
      /different tokens, .* bits per character can\. A: 2\.25, B: 1\.50\.$/,
    );
  });

  it('goes by the content where it is known, and not by the name', () => {
    const of = (name: string, fingerprint: string, more: Partial<RunSummary> = {}) => {
      const made = { ...run(name), ...more };
      return { ...made, prepared: made.prepared && { ...made.prepared, fingerprint } };
    };
    expect(comparability([of('A', '9-1'), of('B', '9-1', { source: 'renamed.txt' })])).toBe('');
    expect(comparability([of('A', '9-1'), of('B', '9-2')])).toMatch(/different texts/);
    expect(comparability([run('A'), run('B', { limit: 200_000 })])).toMatch(/different texts/);
    expect(comparability([run('A'), run('B', { validation: 0.3 })])).toMatch(/different texts/);
    expect(comparability([of('A', '9-1'), run('B')])).toBe('');
  });

  it('is denied where the texts differ, as bits per character do not help there', () => {
    for (const other of [run('B', { normalize: 'letters' }), { ...run('B'), source: 'another.txt' }]) {
      expect(comparability([run('A'), other])).toMatch(/different texts.* cannot be compared\.$/);
    }
  });
});

import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../src/model/configuration';
import { type PresetName, presets, withPreset } from '../../src/model/presets';

const names = Object.keys(presets) as PresetName[];
const defaults = parseConfiguration({}, 'Settings');

describe('presets', () => {
  it.each(names)('%s is a configuration without conflicts, and has its own options', (name) => {
    const configuration = withPreset(defaults, name);
    expect(parseConfiguration(configuration, 'Preset')).toEqual(configuration);
    expect(configuration).toMatchObject(presets[name]);
  });

  it.each(names.flatMap((first) => names.map((second) => [first, second] as const)))(
    'after %s, %s is what it is from the defaults',
    (first, second) => {
      const configuration = withPreset(withPreset(defaults, first), second);
      expect(configuration).toEqual(withPreset(defaults, second));
      expect(parseConfiguration(configuration, 'Preset')).toEqual(configuration);
    },
  );

  it.each(names)('%s leaves the machine, the seed and the decoding alone, and takes the rest', (name) => {
    const kept = { seed: 7, engine: 'fused', threads: 1, revectorize: true } as const;
    const changed = parseConfiguration(
      {
        text: { tokenizer: 'words', minFrequency: 5, validation: 0.3 },
        model: { cell: 'rnn', activation: 'identity', forgetBias: 1 },
        training: { ...kept, truncateEvery: 5, warmup: 10, patience: 3, beta1: 0.5 },
        generation: { beams: 4, length: 50 },
      },
      'Settings',
    );
    const fresh = withPreset(defaults, name);
    expect(withPreset(changed, name)).toEqual({
      ...fresh,
      training: { ...fresh.training, ...kept },
      generation: changed.generation,
    });
  });
});

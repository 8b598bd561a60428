import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { settingsContribution } from '../../../src/host/contributes';

const read = (file: string) => JSON.parse(readFileSync(file, 'utf8'));
const manifest = read('package.json');
const strings: Record<string, string> = read('package.nls.json');

/** Every `%key%` in a value. */
function keysIn(value: unknown): string[] {
  return [...JSON.stringify(value).matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key);
}

describe('package.json', () => {
  it('states the settings as the schemas do (else run `npm run contributes`)', () => {
    const expected = settingsContribution();
    expect(manifest.contributes.configuration).toEqual(expected.configuration);
    expect(strings).toMatchObject(expected.strings);
  });

  it('has one text for each key and no text without a key', () => {
    const used = new Set(keysIn(manifest));
    expect([...used].filter((key) => !(key in strings))).toEqual([]);
    expect(Object.keys(strings).filter((key) => !used.has(key))).toEqual([]);
  });

  it('describes every setting and every choice in a sentence', () => {
    const described = Object.entries(settingsContribution().strings).filter(([key]) => key.split('.').length > 2);
    expect(described.length).toBeGreaterThan(50);
    expect(described.filter(([, text]) => !/^\S.*\.$/s.test(text))).toEqual([]);
  });

  it('orders settings, keeps them in range, and defaults to a value in range', () => {
    for (const { properties } of settingsContribution().configuration) {
      const orders = Object.values(properties).map(({ order }) => order);
      expect(orders).toEqual([...orders].sort((a, b) => a - b));
      for (const [name, property] of Object.entries(properties)) {
        expect(name).toMatch(/^recurrent\.[a-z]+\.[a-z][A-Za-z0-9]*$/);
        if (typeof property.default !== 'number') continue;
        expect(property.default, name).toBeGreaterThanOrEqual(property.minimum ?? Number.NaN);
        expect(property.default, name).toBeLessThanOrEqual(property.maximum ?? Number.NaN);
      }
    }
  });

  it('gives every menu a command that exists', () => {
    const commands = new Set(manifest.contributes.commands.map(({ command }: { command: string }) => command));
    const used = Object.values(manifest.contributes.menus as Record<string, { command: string }[]>).flat();
    expect(used.filter(({ command }) => !commands.has(command))).toEqual([]);
  });
});

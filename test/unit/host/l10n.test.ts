import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { localizedTexts } from '../../harness/l10n.mjs';

it('keeps every text for translators in l10n/bundle.l10n.json (else run `npm run contributes`)', () => {
  const texts = localizedTexts();
  expect(Object.keys(texts).length).toBeGreaterThan(50);
  expect(JSON.parse(readFileSync('l10n/bundle.l10n.json', 'utf8'))).toEqual(texts);
});

// Writes contributes.configuration of package.json, and its texts in package.nls.json, from the schemas in
// src/model/configuration.ts and src/host/completion-settings.ts; and the texts of src/ for translators.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as esbuild from 'esbuild';
import { localizedTexts } from './l10n.mjs';

const { outputFiles } = await esbuild.build({
  entryPoints: ['src/host/contributes.ts'],
  bundle: true,
  write: false,
  platform: 'node',
  format: 'esm',
  logLevel: 'warning',
});
const url = `data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString('base64')}`;
const { configuration, strings } = (await import(url)).settingsContribution();

const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
const write = (file, value) => writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
const manifest = read('package.json');
manifest.contributes = { ...manifest.contributes, configuration };
const kept = Object.entries(read('package.nls.json')).filter(([key]) => !key.startsWith('configuration.'));
write('package.json', manifest);
write('package.nls.json', { ...Object.fromEntries(kept), ...strings });
mkdirSync('l10n', { recursive: true });
write('l10n/bundle.l10n.json', localizedTexts());

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { build } from 'esbuild';
import { styleOf, type ThemeName, themes } from './themes';

const origin = 'http://webview.test';
const out = join(__dirname, '../../out/visual');

/** Bundles the pages and the fake host; once before all tests. */
export async function bundle(): Promise<void> {
  const root = join(__dirname, '../..');
  await build({
    absWorkingDir: root,
    bundle: true,
    format: 'iife',
    target: 'es2022',
    platform: 'browser',
    outdir: out,
    entryPoints: ['webview/panel.ts', 'webview/sidebar.ts', 'test/visual/fake-host.ts'],
    entryNames: '[name]',
    logLevel: 'warning',
  });
}

/** The document as the extension serves it, with the same content security policy. */
function html(name: string, theme: ThemeName): string {
  const policy = `default-src 'none'; script-src 'nonce-test'; style-src ${origin} 'nonce-test'; img-src ${origin} data: blob:; font-src ${origin};`;
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Recurrent</title>
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta property="csp-nonce" content="test">
<link rel="stylesheet" href="theme.css"><link rel="stylesheet" href="${name}.css"></head>
<body class="${themes[theme].body}" data-vscode-theme-kind="${themes[theme].body.split(' ').at(-1)}"><div id="root"></div>
<script nonce="test" src="${name}.js"></script></body></html>`;
}

/** Opens one of the pages with the fake host, and fails on anything that the policy refuses or a script throws. */
export async function open(
  page: Page,
  name: 'panel' | 'sidebar',
  theme: ThemeName,
): Promise<{ readonly errors: string[] }> {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.route(`${origin}/**`, (route) => {
    const file = new URL(route.request().url()).pathname.slice(1);
    if (file === `${name}.html`) return route.fulfill({ contentType: 'text/html', body: html(name, theme) });
    if (file === 'theme.css') return route.fulfill({ contentType: 'text/css', body: styleOf(theme) });
    if (file === 'favicon.ico') return route.fulfill({ status: 204 });
    return route.fulfill({
      contentType: file.endsWith('.css') ? 'text/css' : 'text/javascript',
      body: readFileSync(join(out, file)),
    });
  });
  await page.addInitScript({ path: join(out, 'fake-host.js') });
  await page.goto(`${origin}/${name}.html`);
  return { errors };
}

/** Brings a page into a state and waits until it is drawn. */
export async function play(page: Page, name: 'panel' | 'sidebar', scenario: string): Promise<void> {
  await page.evaluate(([which, state]) => fakeHost.play(which as 'panel' | 'sidebar', state), [name, scenario]);
  await page.waitForTimeout(350);
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
}

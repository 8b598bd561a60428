import { defineConfig } from '@playwright/test';

/** The webview pages alone, in plain Chromium with a fake host: states, themes, sizes, keyboard, accessibility. */
export default defineConfig({
  testDir: '.',
  outputDir: '../../test-results/visual',
  snapshotPathTemplate: './images/{arg}{ext}',
  globalSetup: './setup.ts',
  workers: 2,
  fullyParallel: true,
  reporter: 'list',
  use: {
    viewport: { width: 1280, height: 1000 },
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--force-color-profile=srgb',
        '--font-render-hinting=none',
        '--disable-lcd-text',
        // The clipboard needs a secure context, as a webview is one.
        '--unsafely-treat-insecure-origin-as-secure=http://webview.test',
      ],
    },
  },
});

import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: '.',
  outputDir: '../../test-results/e2e',
  timeout: 180_000,
  expect: { timeout: 20_000, toPass: { timeout: 60_000 } },
  // A test waits more than it computes.
  workers: 2,
  fullyParallel: true,
  forbidOnly: true,
  use: { viewport: { width: 1600, height: 1000 } },
  projects: [
    { name: 'e2e', testMatch: '*.spec.ts' },
    { name: 'screenshots', testMatch: 'screenshots/*.ts' },
  ],
});

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { alias: { vscode: fileURLToPath(new URL('test/unit/host/support/vscode.ts', import.meta.url)) } },
  test: {
    include: ['test/unit/**/*.test.ts', 'test/parity/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // By default one core of two would be left idle.
    maxWorkers: 2,
  },
});

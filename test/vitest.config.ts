import { defineConfig } from 'vitest/config';

/** Contract and end-to-end tests start servers and processes: one file at a time, so that they do not starve each other. */
const serial = { fileParallelism: false, testTimeout: 60_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    reporters: process.env.CI === undefined ? ['default'] : ['default'],
    projects: [
      { test: { name: 'core', include: ['test/core/**/*.test.ts'], testTimeout: 30_000 } },
      { test: { name: 'contract', include: ['test/contract/**/*.test.ts'], ...serial } },
      { test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], ...serial, testTimeout: 180_000 } },
      { test: { name: 'verify', include: ['test/verify/**/*.test.ts'], testTimeout: 60_000 } },
    ],
  },
});

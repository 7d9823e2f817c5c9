import { defineConfig } from 'vitest/config';

/** Contract and end-to-end tests start servers and processes: one file at a time, so that they do not starve each other. */
const serial = { fileParallelism: false, testTimeout: 60_000, hookTimeout: 120_000 };

/** Real processes and whole simulated weeks with faults at random: each prints the seed that it can be repeated with. */
const faults = ['sim', 'rounds', 'notification-kills'].map((name) => `test/e2e/${name}.test.ts`);

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'core', include: ['test/core/**/*.test.ts'], testTimeout: 30_000 } },
      { test: { name: 'contract', include: ['test/contract/**/*.test.ts'], ...serial } },
      { test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], exclude: faults, ...serial, testTimeout: 180_000 } },
      { test: { name: 'faults', include: faults, ...serial, testTimeout: 180_000 } },
      { test: { name: 'verify', include: ['test/verify/**/*.test.ts'], testTimeout: 60_000 } },
    ],
  },
});

import { defineConfig } from 'vitest/config';

/** The core suite: on real servers, started once and shared; it needs no root and installs nothing into the system. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/system/**', 'test/faults/long-run.test.ts'],
    globalSetup: 'test/setup/global.ts',
    setupFiles: 'test/setup/properties.ts',
    expect: { poll: { timeout: 20_000 } },
    reporters: ['default', './test/setup/reporter.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 60_000,
  },
});

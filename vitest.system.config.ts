import { defineConfig } from 'vitest/config';

/** What needs root or packages of the system, which it installs itself. */
export default defineConfig({
  test: {
    include: ['test/system/**/*.test.ts'],
    globalSetup: ['test/system/packages.ts', 'test/system/global.ts'],
    setupFiles: 'test/setup/properties.ts',
    expect: { poll: { timeout: 20_000 } },
    reporters: ['default', './test/setup/reporter.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 600_000,
    hookTimeout: 600_000,
    teardownTimeout: 60_000,
  },
});

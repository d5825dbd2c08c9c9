import { defineConfig } from 'vitest/config';
import core from './vitest.config.ts';

/** The matrix of faults at full strength: every case of every row, and the table of what came of it. */
export default defineConfig({
  test: {
    ...core.test,
    include: [
      'test/faults/**/*.test.ts',
      'test/system/rolled-api.test.ts',
      'test/worker/{fairness,people-first}.test.ts',
    ],
    exclude: [],
    reporters: ['default', './test/setup/matrix-reporter.ts', './test/setup/reporter.ts'],
    env: { BERTH_FAULTS: 'full' },
  },
});

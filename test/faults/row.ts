import type { TestContext } from 'vitest';
import { expectNothingLeft, leftovers, type Scope } from './census.ts';

/** What a row of the matrix of faults counts. */
export interface Counts {
  /** How often the fault was done, each time to other work. */
  readonly runs: number;
  readonly accepted: number;
  readonly completed: number;
  /** Everything that is left over and must not be. */
  readonly left: number;
}

declare module 'vitest' {
  interface TaskMeta {
    /** Makes a test a row of the matrix, which its reporter prints: what was broken. */
    fault?: string;
    counts?: Counts;
    /** What the row has to tell beside its counts. */
    notes?: string[];
  }
}

/** Closes a row: nothing may be lost or left over. What was counted last is reported either way. */
export async function closeRow({ meta }: TestContext['task'], runs: number, scope: Scope): Promise<void> {
  await expectNothingLeft(scope, (census) => {
    const { accepted, completed } = census;
    meta.counts = {
      runs,
      accepted: accepted.length,
      completed: completed.length,
      left: leftovers(census).length,
    };
  });
}

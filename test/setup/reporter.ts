import type { Reporter, TestModule, Vitest } from 'vitest/node';

/** How a run ended, in tests. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  /** The full names of the skipped tests, with the reason of each. */
  readonly skipped: readonly string[];
}

/** Closes a run with one line, `N passed, N failed`, after a list of what was skipped and why. */
export default class TallyReporter implements Reporter {
  #tally: Tally | undefined;

  onInit(vitest: Vitest): void {
    // The last words of the run: other reporters and the runner itself may still have something to say.
    process.once('exit', () => {
      const { passed, failed, skipped } = this.#tally ?? { passed: 0, failed: 0, skipped: [] };
      if (failed > 0 || (passed === 0 && !vitest.config.passWithNoTests)) process.exitCode ||= 1;
      const lines = skipped.map((name) => `skipped: ${name}`);
      // A set-up that fails is no test, but a run that ends badly must not say that nothing failed.
      const outside = process.exitCode && failed === 0 ? 1 : 0;
      if (outside > 0) lines.push('No test failed, but the run did: see above.');
      process.stdout.write(['', ...lines, tallyLine(passed, failed + outside, skipped.length), ''].join('\n'));
    });
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    this.#tally = tallyOf(modules, unhandledErrors.length);
  }
}

/** `2 passed, 0 failed`, and `, 1 skipped` when any was. */
export function tallyLine(passed: number, failed: number, skipped: number): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** Counts tests; what failed outside of any test, as in a set-up, counts as a failed one. */
export function tallyOf(modules: readonly TestModule[], otherErrors: number): Tally {
  let passed = 0;
  let failed = otherErrors;
  const skipped: string[] = [];
  for (const module of modules) {
    failed += module.errors().length;
    for (const suite of module.children.allSuites()) failed += suite.errors().length;
    for (const test of module.children.allTests()) {
      const result = test.result();
      if (result.state === 'passed') passed += 1;
      else if (result.state === 'failed') failed += 1;
      else skipped.push(`${test.fullName} (${('note' in result && result.note) || 'no reason given'})`);
    }
  }
  return { passed, failed, skipped };
}

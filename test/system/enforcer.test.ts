import { expect, test } from 'vitest';
import { CommandFailure } from '../../src/local/install/command.ts';
import { runGo } from '../setup/go.ts';

/** What `go test -json` says of a test, or of what it did before any. */
interface GoEvent {
  readonly Action: string;
  readonly Package?: string;
  readonly Test?: string;
  readonly Output?: string;
}

/** The Go tests that ran, and what Go said that belongs to none of them. */
async function goTests(
  module: string,
): Promise<{ tests: Map<string, { action: string; output: string }>; rest: string }> {
  const tests = new Map<string, { action: string; output: string }>();
  let rest = '';
  const heard = (line: string): void => {
    const event = line.startsWith('{') ? (JSON.parse(line) as GoEvent) : { Action: 'output', Output: `${line}\n` };
    if (event.Test === undefined) {
      rest += event.Output ?? '';
      return;
    }
    const name = `${event.Package}: ${event.Test}`;
    const { action, output } = tests.get(name) ?? { action: 'run', output: '' };
    const ended = ['pass', 'fail', 'skip'].includes(event.Action);
    tests.set(name, { action: ended ? event.Action : action, output: output + (event.Output ?? '') });
  };
  try {
    await runGo(module, ['test', '-trimpath', '-count=1', '-json', './...'], heard);
  } catch (error) {
    // What failed in a test is told there.
    const told = [...tests.values()].some(({ action }) => action !== 'pass');
    if (!(error instanceof CommandFailure) || !told) throw new Error(`go test failed:\n${rest}`, { cause: error });
  }
  return { tests, rest };
}

const { tests, rest } = await goTests('enforcer');

test('the enforcer has tests of its own, of what policies mean and of packets', () => {
  const names = [...tests.keys()].join('\n');
  expect(names, rest).toContain('TestRandomPoliciesMeanWhatAnIndependentModelSays');
  expect(names, rest).toContain('TestPacketsPassAsThePoliciesSay');
});

test.for([...tests])('%s', ([, { action, output }]) => {
  expect(action, output).toBe('pass');
});

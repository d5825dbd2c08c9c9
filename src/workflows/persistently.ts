import { ApplicationFailure, isCancellation, sleep, TemporalFailure } from '@temporalio/workflow';
import { isProblemKind } from '../environment/problem.ts';
import { TRIES_AT_ONCE } from './activity-options.ts';
import { causeOf, failureIn } from './failure.ts';
import type { EnvironmentRecord, StepResult } from './record.ts';

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 5000;

/**
 * Does a step of provisioning again for as long as it fails in passing, and shows meanwhile what went wrong: a pause is a
 * timer, so that status tells more than that the step runs. Its deadline ends it.
 *
 * @throws whatever fails for good, with a problem's kind as its type
 */
export async function persistently<T>(
  record: EnvironmentRecord,
  run: () => Promise<StepResult<T>>,
  longestPauseMs = LONGEST_PAUSE_MS,
): Promise<StepResult<T>> {
  let failed = 0;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      const result = await run();
      return { ...result, attempts: failed + result.attempts };
    } catch (error) {
      if (!isPassing(error)) throw error;
      failed += TRIES_AT_ONCE;
      record.note(causeOf(error), failed + 1);
      await sleep(Math.max(pauseMs, retryAfterMs(error)));
    }
  }
}

/** A cancellation is no failure; and what names a kind of problem will not change by itself. */
function isPassing(error: unknown): boolean {
  const failure = failureIn(error);
  if (!(error instanceof TemporalFailure) || isCancellation(error)) return false;
  return !(failure instanceof ApplicationFailure && isProblemKind(failure.type));
}

/** How long a throttled call is not to be made again, in milliseconds. */
function retryAfterMs(error: unknown): number {
  const failure = failureIn(error);
  const [told] = failure instanceof ApplicationFailure ? (failure.details ?? []) : [];
  return typeof told === 'number' ? told : 0;
}

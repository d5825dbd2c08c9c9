import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';

/** What a step fails with for good that was not done by the deadline of its environment. */
export function tooLate(deadline: string, waitedFor = 'the cluster did not say why'): ApplicationFailure {
  const message = `It was not ready within ${deadline}: ${waitedFor}.`;
  return ApplicationFailure.create({ type: 'deadline-exceeded', message, nonRetryable: true });
}

/**
 * Begins to count what is left of the time of an activity. The worker's clock may be wrong, and may jump, so it is not
 * asked: Temporal says both when this attempt was to begin and when its time is over, and what passes is counted.
 *
 * @param readyBy RFC 3339, by Temporal's clock
 * @returns whether that time is over
 */
export function timeUntil(readyBy: string): () => boolean {
  return after(Date.parse(readyBy) - activityInfo().currentAttemptScheduledTimestampMs);
}

/** @returns whether so many milliseconds have passed since; no clock that jumps changes that */
export function after(ms: number): () => boolean {
  const end = performance.now() + ms;
  return () => performance.now() >= end;
}

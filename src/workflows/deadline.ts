import { CancellationScope, isCancellation } from '@temporalio/workflow';
import { durationMs } from '../environment/duration.ts';
import { problem } from '../environment/problem.ts';
import { failureOf } from './failure.ts';

/** Steps end by the deadline themselves where they can, and then say what they waited for. */
const GRACE_MS = 2000;

/**
 * Runs something that must be done by a deadline, such as `5m` from now.
 * @throws ApplicationFailure with a problem where it was not; whatever else it throws, its cancellation too
 */
export async function withinDeadline(deadline: string, run: (readyBy: Date) => Promise<void>): Promise<void> {
  const readyBy = new Date(Date.now() + durationMs(deadline));
  try {
    await CancellationScope.withTimeout(durationMs(deadline) + GRACE_MS, () => run(readyBy));
  } catch (error) {
    const wasCancelled = CancellationScope.current().consideredCancelled;
    if (!isCancellation(error) || wasCancelled || Date.now() < readyBy.getTime()) throw error;
    throw failureOf(problem('deadline-exceeded', `It was not ready within ${deadline}.`));
  }
}

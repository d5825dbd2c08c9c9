import { CancellationScope, isCancellation } from '@temporalio/workflow';
import { durationMs } from '../environment/duration.ts';
import { problem } from '../environment/problem.ts';
import { asSentence, failureOf } from './failure.ts';
import type { EnvironmentRecord } from './record.ts';

/** Steps end by the deadline themselves where they can, and then say what they waited for. */
const GRACE_MS = 2000;

/**
 * Runs something that must be done by a deadline, such as `5m` from now.
 * @throws ApplicationFailure with a problem where it was not; whatever else it throws, its cancellation too
 */
export async function withinDeadline(
  deadline: string,
  record: EnvironmentRecord,
  run: (readyBy: Date) => Promise<void>,
): Promise<void> {
  const readyBy = new Date(Date.now() + durationMs(deadline));
  try {
    await CancellationScope.withTimeout(durationMs(deadline) + GRACE_MS, () => run(readyBy));
  } catch (error) {
    const wasCancelled = CancellationScope.current().consideredCancelled;
    if (!isCancellation(error) || wasCancelled || Date.now() < readyBy.getTime()) throw error;
    const waitedFor = record.environment.steps.at(-1)?.message ?? 'the cluster did not say why';
    throw failureOf(problem('deadline-exceeded', asSentence(`It was not ready within ${deadline}: ${waitedFor}`)));
  }
}

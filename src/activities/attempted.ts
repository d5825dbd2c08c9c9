import { activityInfo, cancellationSignal, heartbeat } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { ClusterError } from '../cluster/errors.ts';

const HEARTBEAT_MS = 3000;

type Activity = (...args: never[]) => Promise<unknown>;
/** What each activity of a set answers once it counts its attempts. */
export type Attempted<A extends Record<string, Activity>> = {
  [Name in keyof A]: (
    ...args: Parameters<A[Name]>
  ) => Promise<{ value: Awaited<ReturnType<A[Name]>>; attempts: number }>;
};

/** What is begun to be removed is never given up: a rule that forbids it today may not do so tomorrow. */
type GiveUp = 'on final errors' | 'never';

/** Makes activities answer with their attempts, and fail in terms that a workflow decides by. */
export function attempted<A extends Record<string, Activity>>(activities: A, giveUp: GiveUp): Attempted<A> {
  const wrapped = Object.entries(activities).map(([name, activity]) => [
    name,
    async (...args: never[]) => {
      const { attempt, isLocal } = activityInfo();
      // One slow call of the cluster must not pass for a lost worker.
      const beat = isLocal ? undefined : setInterval(heartbeat, HEARTBEAT_MS);
      try {
        return { value: await activity(...args), attempts: attempt };
      } catch (error) {
        throw failureOf(error, giveUp);
      } finally {
        clearInterval(beat);
      }
    },
  ]);
  return Object.fromEntries(wrapped) as Attempted<A>;
}

/**
 * What a failed activity tells Temporal: final errors are not tried again, throttled ones not before the cluster wants
 * them, and all others as the retry policy says.
 */
function failureOf(error: unknown, giveUp: GiveUp): unknown {
  const signal = cancellationSignal();
  if (signal.aborted) return signal.reason;
  if (!(error instanceof ClusterError)) return error;
  const { message, reason, retryAfterMs } = error;
  if (error.class === 'final' && giveUp === 'on final errors')
    return ApplicationFailure.create({ type: reason, message, nonRetryable: true });
  return ApplicationFailure.create({
    type: error.class,
    message,
    // In the details too: the SDK does not give the delay back to the workflow, which waits by it between its rounds.
    ...(retryAfterMs !== undefined && { nextRetryDelay: retryAfterMs, details: [retryAfterMs] }),
  });
}

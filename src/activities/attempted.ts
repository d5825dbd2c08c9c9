import { activityInfo, cancellationSignal } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { ClusterError } from '../cluster/errors.ts';

type Activity = (...args: never[]) => Promise<unknown>;
/** What each activity of a set answers once it counts its attempts. */
export type Attempted<A extends Record<string, Activity>> = {
  [Name in keyof A]: (
    ...args: Parameters<A[Name]>
  ) => Promise<{ value: Awaited<ReturnType<A[Name]>>; attempts: number }>;
};

/** Makes activities answer with their attempts, and fail in terms that a workflow decides by. */
export function attempted<A extends Record<string, Activity>>(activities: A): Attempted<A> {
  const wrapped = Object.entries(activities).map(([name, activity]) => [
    name,
    async (...args: never[]) => {
      try {
        return { value: await activity(...args), attempts: activityInfo().attempt };
      } catch (error) {
        throw failureOf(error);
      }
    },
  ]);
  return Object.fromEntries(wrapped) as Attempted<A>;
}

/**
 * What a failed activity tells Temporal: final errors are not tried again, throttled ones not before the cluster wants
 * them, and all others as the retry policy says.
 */
function failureOf(error: unknown): unknown {
  const signal = cancellationSignal();
  if (signal.aborted) return signal.reason;
  if (!(error instanceof ClusterError)) return error;
  const { message, reason, retryAfterMs } = error;
  if (error.class === 'final') return ApplicationFailure.create({ type: reason, message, nonRetryable: true });
  return ApplicationFailure.create({
    type: error.class,
    message,
    ...(retryAfterMs !== undefined && { nextRetryDelay: retryAfterMs }),
  });
}

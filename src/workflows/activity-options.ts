import { type ActivityCancellationType, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/activities.ts';

/** Tried again until the deadline of the provisioning: what is not worth it is marked as final by the activity. */
const retry = { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '5s' } as const;
/** A cancelled step is over before its undoing begins. */
const cancellationType: ActivityCancellationType = 'WAIT_CANCELLATION_COMPLETED';

/** Steps of a few cluster calls: in the worker that has the workflow, without a hop through a queue. */
export const quick = proxyLocalActivities<Activities>({
  startToCloseTimeout: '30s',
  // A longer wait would hold up queries and updates: it is left to a timer.
  localRetryThreshold: '1s',
  retry,
  cancellationType,
});

/** Waits for pods: minutes, on any worker, with a heartbeat that tells a lost worker from a slow image. */
export const waiting = proxyActivities<Activities>({
  startToCloseTimeout: '1h',
  heartbeatTimeout: '15s',
  retry,
  cancellationType,
});

/** Removes what is to be removed, however long the cluster takes. */
export const removal = proxyActivities<Activities>({
  startToCloseTimeout: '10m',
  heartbeatTimeout: '15s',
  retry: { ...retry, maximumInterval: '30s' },
});

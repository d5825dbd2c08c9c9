import { type ActivityCancellationType, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/activities.ts';

/** How often a step of provisioning is tried before what fails it is shown: see persistently.ts. */
export const TRIES_AT_ONCE = 3;
const retry = { initialInterval: '200ms', backoffCoefficient: 2 } as const;
/** A cancelled step is over before its undoing begins. */
const cancellationType: ActivityCancellationType = 'WAIT_CANCELLATION_COMPLETED';

/** Steps of a few cluster calls: in the worker that has the workflow, without a hop through a queue. */
export const quick = proxyLocalActivities<Activities>({
  // A cluster of which each answer takes some seconds is slow, and not to be begun again from the start: others wait for
  // it as well. A worker that is lost is noticed by its workflow task.
  startToCloseTimeout: '5m',
  // A longer wait would hold up queries and updates: it is left to a timer.
  localRetryThreshold: '1s',
  retry: { ...retry, maximumAttempts: TRIES_AT_ONCE },
  cancellationType,
});

/** Waits for pods: minutes, on any worker, with a heartbeat that tells a lost worker from a slow image. */
export const waiting = proxyActivities<Activities>({
  startToCloseTimeout: '1h',
  heartbeatTimeout: '15s',
  retry: { ...retry, maximumAttempts: TRIES_AT_ONCE },
  cancellationType,
});

/** Tells operators. Nothing waits for long until they are told. */
export const telling = proxyActivities<Activities>({
  startToCloseTimeout: '15s',
  scheduleToCloseTimeout: '30s',
  retry,
});

/** The same of what is counted: once, or not at all. */
export const tellingOnce = proxyActivities<Activities>({
  startToCloseTimeout: '15s',
  scheduleToCloseTimeout: '30s',
  retry: { maximumAttempts: 1 },
});

/** Puts to sleep, however long the cluster takes. */
export const sleeping = proxyActivities<Activities>({
  startToCloseTimeout: '10m',
  heartbeatTimeout: '15s',
  retry: { ...retry, maximumInterval: '30s' },
  cancellationType,
});

/** Looks at everything, or fails: there will be another pass. */
export const surveying = proxyActivities<Activities>({
  startToCloseTimeout: '10m',
  heartbeatTimeout: '15s',
  retry: { ...retry, maximumAttempts: 5 },
});

/** Removes what is to be removed, however long the cluster takes. */
export const removal = proxyActivities<Activities>({
  startToCloseTimeout: '10m',
  heartbeatTimeout: '15s',
  retry: { ...retry, maximumInterval: '30s' },
});

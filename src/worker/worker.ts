import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createActivities } from '../activities/activities.ts';
import type { Dependencies } from '../activities/dependencies.ts';
import { REFILL_QUEUE, TASK_QUEUE } from '../workflows/messages.ts';
import { timeActivities } from './metrics/activities.ts';

/**
 * Evaluated once rather than again for each workflow, which would take up a third of a start's first workflow task. What
 * is here must keep no state of a workflow in its modules.
 */
const SHARED_MODULES = ['@temporalio/workflow'];
/** What the worker bundles, and how. */
export const BUNDLE = {
  workflowsPath: fileURLToPath(new URL('../workflows/index.ts', import.meta.url)),
  preloadModules: SHARED_MODULES,
};
/** Waiting activities hold a slot each, and do next to nothing meanwhile. */
const ACTIVITY_SLOTS = 400;
const CACHED_WORKFLOWS = 1000;
/** Shorter than supervisors usually wait, so that what still waits for pods is handed on rather than killed. */
const SHUTDOWN_GRACE_MS = 4000;

/** Making slots must not keep people waiting: so few steps at once, and so many waits for pods, beside those of theirs. */
const [REFILLS_AT_ONCE, REFILLS_WAITING] = [8, 100];

/** What the workers of a process work with. */
export interface WorkerDependencies {
  forPeople: Dependencies;
  /** The same over connections of their own, since calls to the cluster are made in turns. */
  forRefills: Dependencies;
}

/**
 * The workers of a process, not yet running: one for people, and a small one that makes slots.
 * @param workflowsPath the workflows' code. @default today's
 */
export async function createWorkers(
  connection: NativeConnection,
  namespace: string,
  { forPeople, forRefills }: WorkerDependencies,
  workflowsPath = BUNDLE.workflowsPath,
): Promise<Worker[]> {
  const { logger, metricMeter } = Runtime.instance();
  const workflowBundle = await bundleWorkflowCode({ ...BUNDLE, workflowsPath, logger });
  const common = {
    connection,
    namespace,
    workflowBundle,
    shutdownGraceTime: SHUTDOWN_GRACE_MS,
    interceptors: { activity: [timeActivities(metricMeter)] },
  };
  return await Promise.all([
    Worker.create({
      ...common,
      taskQueue: TASK_QUEUE,
      activities: createActivities(forPeople),
      maxCachedWorkflows: CACHED_WORKFLOWS,
      maxConcurrentActivityTaskExecutions: ACTIVITY_SLOTS,
    }),
    Worker.create({
      ...common,
      taskQueue: REFILL_QUEUE,
      activities: createActivities(forRefills),
      maxCachedWorkflows: REFILLS_WAITING,
      maxConcurrentActivityTaskExecutions: REFILLS_WAITING,
      maxConcurrentWorkflowTaskExecutions: REFILLS_AT_ONCE,
      maxConcurrentLocalActivityExecutions: REFILLS_AT_ONCE,
    }),
  ]);
}

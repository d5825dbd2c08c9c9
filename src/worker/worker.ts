import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type NativeConnection, Worker } from '@temporalio/worker';
import { createActivities } from '../activities/activities.ts';
import type { Dependencies } from '../activities/dependencies.ts';
import { REFILL_QUEUE, TASK_QUEUE } from '../workflows/messages.ts';

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

/** Making slots must not keep people waiting: so few steps at once, beside those of theirs. */
const REFILLS_AT_ONCE = 8;

/**
 * The workers of a process, not yet running: one for people, and a small one that makes slots.
 * @param workflowsPath the workflows' code. @default today's
 */
export async function createWorkers(
  connection: NativeConnection,
  namespace: string,
  dependencies: Dependencies,
  workflowsPath = BUNDLE.workflowsPath,
): Promise<Worker[]> {
  const workflowBundle = await bundleWorkflowCode({ ...BUNDLE, workflowsPath });
  const common = {
    connection,
    namespace,
    workflowBundle,
    activities: createActivities(dependencies),
    maxConcurrentActivityTaskExecutions: ACTIVITY_SLOTS,
    shutdownGraceTime: SHUTDOWN_GRACE_MS,
  };
  return await Promise.all([
    Worker.create({ ...common, taskQueue: TASK_QUEUE, maxCachedWorkflows: CACHED_WORKFLOWS }),
    Worker.create({
      ...common,
      taskQueue: REFILL_QUEUE,
      maxCachedWorkflows: ACTIVITY_SLOTS,
      maxConcurrentWorkflowTaskExecutions: REFILLS_AT_ONCE,
      maxConcurrentLocalActivityExecutions: REFILLS_AT_ONCE,
    }),
  ]);
}

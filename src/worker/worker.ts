import { fileURLToPath } from 'node:url';
import { type NativeConnection, Worker } from '@temporalio/worker';
import { createActivities } from '../activities/activities.ts';
import type { Dependencies } from '../activities/dependencies.ts';
import { TASK_QUEUE } from '../workflows/messages.ts';

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

/**
 * A worker for all of Berth's workflows and activities, not yet running.
 * @param workflowsPath the workflows' code. @default today's
 */
export function createWorker(
  connection: NativeConnection,
  namespace: string,
  dependencies: Dependencies,
  workflowsPath = BUNDLE.workflowsPath,
): Promise<Worker> {
  return Worker.create({
    connection,
    namespace,
    taskQueue: TASK_QUEUE,
    workflowsPath,
    bundlerOptions: { preloadModules: BUNDLE.preloadModules },
    activities: createActivities(dependencies),
    maxConcurrentActivityTaskExecutions: ACTIVITY_SLOTS,
    maxCachedWorkflows: CACHED_WORKFLOWS,
    shutdownGraceTime: SHUTDOWN_GRACE_MS,
  });
}

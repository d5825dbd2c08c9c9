import { fileURLToPath } from 'node:url';
import {
  type BundleOptions,
  bundleWorkflowCode,
  type NativeConnection,
  Runtime,
  type Worker,
} from '@temporalio/worker';
import { createActivities } from '../activities/activities.ts';
import type { Dependencies } from '../activities/dependencies.ts';
import { HOUSEKEEPING_QUEUE, REFILL_QUEUE, TASK_QUEUE } from '../workflows/messages.ts';
import { LeanWorker } from './lean-worker.ts';
import { quieter } from './logger.ts';
import { timeActivities } from './metrics/activities.ts';

const WORKFLOWS = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));
/** Waiting activities hold a slot each, and do next to nothing meanwhile. */
const ACTIVITY_SLOTS = 400;
/**
 * Steps that are taken at once, of people's environments: about as many as keep the connections to the cluster busy, and
 * some more, since others wait for a cluster that is slow. What a worker has taken waits for all that it had taken before;
 * in Temporal's queue everybody has their turn.
 */
export const STEPS_AT_ONCE = 16;
/**
 * Of the polls for steps, what part asks for those that no worker knows yet. By default it is a fifth, and every poll holds
 * the place of a step: with that and ten places, a burst of claims was seen to be taken one after the other.
 */
const POLLS_FOR_UNKNOWN = 0.5;
const CACHED_WORKFLOWS = 1000;
/** Shorter than supervisors usually wait, so that what still waits for pods is handed on rather than killed. */
const SHUTDOWN_GRACE_MS = 4000;

/**
 * What is done for nobody must not keep people waiting: so few steps at once of each kind, and so many waits, for pods or for
 * what is being removed, beside those of theirs.
 */
const BESIDE_PEOPLE = {
  maxCachedWorkflows: 100,
  maxConcurrentActivityTaskExecutions: 100,
  maxConcurrentWorkflowTaskExecutions: 8,
  maxConcurrentLocalActivityExecutions: 8,
};

/**
 * How workflows are bundled: every module is evaluated once, rather than again for each workflow, which would take up a third
 * of a start's first workflow task. So no module may keep a workflow's state.
 * @param workflowsPath the workflows' code. @default today's
 */
export function bundleOf(workflowsPath = WORKFLOWS): Pick<BundleOptions, 'workflowsPath' | 'preloadModules'> {
  return { workflowsPath, preloadModules: ['@temporalio/workflow', workflowsPath] };
}

/** What the workers of a process work with. */
export interface WorkerDependencies {
  forPeople: Dependencies;
  /** The same over connections of their own, since calls to the cluster are made in turns. */
  forRefills: Dependencies;
  /** And once more: what is removed must not keep slots from being made. */
  forHousekeeping: Dependencies;
}

/**
 * The workers of a process, not yet running: one for people, and small ones that make slots and keep house.
 * @param workflowsPath the workflows' code. @default today's
 */
export async function createWorkers(
  connection: NativeConnection,
  namespace: string,
  { forPeople, forRefills, forHousekeeping }: WorkerDependencies,
  workflowsPath = WORKFLOWS,
): Promise<Worker[]> {
  const { logger, metricMeter } = Runtime.instance();
  const workflowBundle = await bundleWorkflowCode({ ...bundleOf(workflowsPath), logger: quieter(logger) });
  const common = {
    connection,
    namespace,
    workflowBundle,
    nonStickyToStickyPollRatio: POLLS_FOR_UNKNOWN,
    shutdownGraceTime: SHUTDOWN_GRACE_MS,
    interceptors: { activity: [timeActivities(metricMeter)] },
  };
  return await Promise.all([
    LeanWorker.create({
      ...common,
      taskQueue: TASK_QUEUE,
      activities: createActivities(forPeople),
      maxCachedWorkflows: CACHED_WORKFLOWS,
      maxConcurrentActivityTaskExecutions: ACTIVITY_SLOTS,
      maxConcurrentWorkflowTaskExecutions: STEPS_AT_ONCE,
    }),
    LeanWorker.create({
      ...common,
      ...BESIDE_PEOPLE,
      taskQueue: REFILL_QUEUE,
      activities: createActivities(forRefills),
    }),
    LeanWorker.create({
      ...common,
      ...BESIDE_PEOPLE,
      // What does not go must not keep plans and sweeps from being made.
      maxConcurrentActivityTaskExecutions: ACTIVITY_SLOTS,
      taskQueue: HOUSEKEEPING_QUEUE,
      activities: createActivities(forHousekeeping),
    }),
  ]);
}

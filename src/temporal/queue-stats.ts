import type { Client } from '@temporalio/client';
import { msOf, type ProtobufTime } from './protobuf-time.ts';

/** What is told later tells of a moment that is over. */
const ANSWER_MS = 5000;
/** temporal.api.enums.v1.TaskQueueType: the tasks of workflows and those of activities wait apart. */
const TYPES = { workflows: 1, activities: 2 } as const;

/** The tasks that wait under the name of a task queue, of one kind. */
export type TaskKind = keyof typeof TYPES;

/**
 * What Temporal tells of the tasks of one kind in a task queue. Sticky and eager tasks are not among what it counts. What it
 * counts is as it was up to 5 seconds ago (its `matching.taskQueueInfoByBuildIdTTL`), so that many who ask cost it little.
 */
export interface QueueStats {
  /** How many tasks wait. */
  waiting: number;
  /** For how long the oldest of them has waited; 0 where none does. */
  oldestMs: number;
  /** How many tasks a second came, on average over the last half minute. */
  addedPerSecond: number;
  /** How many tasks a second workers took, in the same time. */
  takenPerSecond: number;
  /** When a worker asked for work last, in milliseconds since the epoch; `undefined` where none has for minutes. */
  lastAskedAt: number | undefined;
}

/**
 * Asks Temporal how tasks of one kind are queued.
 * @throws where it does not answer within 5 seconds
 */
export async function queueStats(client: Client, queue: string, kind: TaskKind): Promise<QueueStats> {
  const { stats, pollers } = await client.withDeadline(Date.now() + ANSWER_MS, () =>
    client.workflowService.describeTaskQueue({ ...asRequested(client, queue, kind), reportStats: true }),
  );
  return {
    waiting: Number(stats?.approximateBacklogCount ?? 0),
    oldestMs: msOf(stats?.approximateBacklogAge),
    addedPerSecond: stats?.tasksAddRate ?? 0,
    takenPerSecond: stats?.tasksDispatchRate ?? 0,
    lastAskedAt: latest(pollers),
  };
}

/** The same of all its tasks: those of workflows come first. @throws as {@link queueStats} */
export function allQueueStats(client: Client, queue: string): Promise<[QueueStats, QueueStats]> {
  return Promise.all([queueStats(client, queue, 'workflows'), queueStats(client, queue, 'activities')]);
}

/** When a worker asked for tasks of workflows last, in milliseconds since the epoch; `undefined` where none has for minutes. */
export async function lastAskedAt(client: Client, queue: string): Promise<number | undefined> {
  const { pollers } = await client.workflowService.describeTaskQueue(asRequested(client, queue, 'workflows'));
  return latest(pollers);
}

function asRequested({ options }: Client, queue: string, kind: TaskKind) {
  return { namespace: options.namespace, taskQueue: { name: queue }, taskQueueType: TYPES[kind] };
}

function latest(pollers: readonly { lastAccessTime?: ProtobufTime }[] | null | undefined): number | undefined {
  if (!pollers?.length) return undefined;
  return Math.max(...pollers.map(({ lastAccessTime }) => msOf(lastAccessTime)));
}

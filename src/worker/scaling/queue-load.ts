import type { Client } from '@temporalio/client';
import type { QueueLoad } from '../../capacity/servers/observed.ts';
import { TASK_QUEUE } from '../../workflows/messages.ts';

/** temporal.api.enums.v1.TaskQueueType: of workflow tasks, and of activity tasks. */
const TYPES = [1, 2] as const;

/** What people's queue is like, as Temporal tells it. Sticky and eager tasks are not among what it counts. */
export async function queueLoad({ workflowService, options: { namespace } }: Client): Promise<QueueLoad> {
  const described = TYPES.map((taskQueueType) =>
    workflowService.describeTaskQueue({ namespace, taskQueue: { name: TASK_QUEUE }, taskQueueType, reportStats: true }),
  );
  const all = (await Promise.all(described)).map(({ stats }) => stats ?? {});
  return {
    backlog: sum(all.map((one) => Number(one.approximateBacklogCount ?? 0))),
    ageSeconds: Math.max(...all.map(({ approximateBacklogAge: age }) => seconds(age))),
    addedPerSecond: sum(all.map((one) => one.tasksAddRate ?? 0)),
    dispatchedPerSecond: sum(all.map((one) => one.tasksDispatchRate ?? 0)),
  };
}

/** The age of the oldest task; without any, none. */
function seconds(age: { seconds?: Long | null; nanos?: number | null } | null | undefined): number {
  return Number(age?.seconds ?? 0) + (age?.nanos ?? 0) / 1e9;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

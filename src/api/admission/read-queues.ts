import type { Client } from '@temporalio/client';
import { TASK_QUEUE } from '../../workflows/messages.ts';
import { hasWorkers } from '../temporal/pollers.ts';
import type { QueueReading } from './queue.ts';

/** Later it would tell of a moment that is over. */
const ANSWER_MS = 2000;
// temporal.api.enums.v1.TaskQueueType: a start passes the queue of workflow tasks, and with its waits that of activities.
const TYPES = [1, 2] as const;

/** What people's starts queue in, at one moment: the same for all API servers. */
export interface QueuesReading {
  /** That of workflow tasks, which every start passes, and that of activities. */
  queues: QueueReading[];
  /** Whether any worker has asked for work lately. */
  hasWorkers: boolean;
}

/**
 * Asks Temporal how people's queues are.
 * @throws where it does not answer soon
 */
export async function readQueues(client: Client): Promise<QueuesReading> {
  const { workflowService, options } = client;
  const at = performance.now();
  const [forWorkflows, forActivities] = await client.withDeadline(Date.now() + ANSWER_MS, () =>
    Promise.all(
      TYPES.map((taskQueueType) =>
        workflowService.describeTaskQueue({
          namespace: options.namespace,
          taskQueue: { name: TASK_QUEUE },
          taskQueueType,
          reportStats: true,
        }),
      ),
    ),
  );
  const queues = [forWorkflows, forActivities].map((described) => {
    const { approximateBacklogCount, approximateBacklogAge: age, tasksDispatchRate } = described?.stats ?? {};
    return {
      at,
      waiting: Number(approximateBacklogCount ?? 0),
      oldestMs: Number(age?.seconds ?? 0) * 1000 + (age?.nanos ?? 0) / 1e6,
      takenPerSecond: tasksDispatchRate ?? 0,
    };
  });
  const isWaiting = (queues[0]?.waiting ?? 0) > 0;
  return { queues, hasWorkers: hasWorkers(forWorkflows?.pollers, isWaiting) };
}

import type { Client } from '@temporalio/client';
import { allQueueStats } from '../../temporal/queue-stats.ts';
import { TASK_QUEUE } from '../../workflows/messages.ts';
import { areWorkersThere } from '../temporal/pollers.ts';
import type { QueueReading } from './queue.ts';

/** What people's starts queue in, at one moment: the same for all API servers. */
export interface QueuesReading {
  /** That of workflow tasks, which every start passes, and that of activities. */
  queues: readonly QueueReading[];
  /** Whether any worker has asked for work lately, or said that it is there. */
  hasWorkers: boolean;
}

/**
 * Asks Temporal how the queues are that a task queue is made of.
 * @throws where it does not answer soon
 */
export async function readQueuesOf(client: Client, queue: string) {
  const at = performance.now();
  const [workflows, activities] = await allQueueStats(client, queue);
  return [
    { at, ...workflows },
    { at, ...activities },
  ] as const;
}

/** Asks how those of people are, and whether anybody takes from them. @throws as {@link readQueuesOf} */
export async function readQueues(client: Client): Promise<QueuesReading> {
  const queues = await readQueuesOf(client, TASK_QUEUE);
  const [{ lastAskedAt, waiting }] = queues;
  return { queues, hasWorkers: await areWorkersThere(client, TASK_QUEUE, lastAskedAt, waiting > 0) };
}

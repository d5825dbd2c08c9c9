import type { Client } from '@temporalio/client';
import { allQueueStats } from '../../temporal/queue-stats.ts';
import { isAnyWorkerTelling } from '../../temporal/worker-heartbeats.ts';
import { TASK_QUEUE } from '../../workflows/messages.ts';
import { hasWorkers } from '../temporal/pollers.ts';
import type { QueueReading } from './queue.ts';

/** What people's starts queue in, at one moment: the same for all API servers. */
export interface QueuesReading {
  /** That of workflow tasks, which every start passes, and that of activities. */
  queues: QueueReading[];
  /** Whether any worker has asked for work lately, or said that it is there. */
  hasWorkers: boolean;
}

/**
 * Asks Temporal how the queues are that a task queue is made of, people's where none is named.
 * @throws where it does not answer soon
 */
export async function readQueues(client: Client, queue = TASK_QUEUE): Promise<QueuesReading> {
  const at = performance.now();
  const all = await allQueueStats(client, queue);
  const queues = all.map((stats) => ({ at, ...stats }));
  const [{ lastAskedAt, waiting }] = all;
  // Workers whose hands are full ask for nothing.
  return { queues, hasWorkers: hasWorkers(lastAskedAt, waiting > 0) || (await isAnyWorkerTelling(client, queue)) };
}

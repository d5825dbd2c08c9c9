import type { Client } from '@temporalio/client';
import type { QueueLoad } from '../../capacity/servers/observed.ts';
import { allQueueStats } from '../../temporal/queue-stats.ts';
import { TASK_QUEUE } from '../../workflows/messages.ts';

/** What people's queue is like, as Temporal tells it. */
export async function queueLoad(client: Client): Promise<QueueLoad> {
  const all = await allQueueStats(client, TASK_QUEUE);
  return {
    backlog: sum(all.map(({ waiting }) => waiting)),
    ageSeconds: Math.max(...all.map(({ oldestMs }) => oldestMs)) / 1000,
    addedPerSecond: sum(all.map(({ addedPerSecond }) => addedPerSecond)),
    dispatchedPerSecond: sum(all.map(({ takenPerSecond }) => takenPerSecond)),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

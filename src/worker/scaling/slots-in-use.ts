import type { Client } from '@temporalio/client';
import type { Worker } from '@temporalio/worker';
import type { Occupied } from '../../capacity/servers/observed.ts';
import { together } from '../../capacity/servers/occupied.ts';
import { heartbeats } from '../../temporal/worker-heartbeats.ts';
import { TASK_QUEUE } from '../../workflows/messages.ts';

/** How many slots of one kind there are in a worker, and how many of them are in use. */
interface Slots {
  used: number;
  most: number;
}

/**
 * What all workers of people's queue have in hand, as they have told Temporal.
 * @throws Error where none has
 */
export async function slotsInUse(client: Client): Promise<Occupied> {
  const workers: Occupied[] = [];
  for await (const told of heartbeats(client, TASK_QUEUE)) {
    const kinds = [told.workflowTaskSlotsInfo, told.activityTaskSlotsInfo, told.localActivitySlotsInfo];
    workers.push(
      occupiedBy(
        kinds.map((kind) => {
          const used = kind?.currentUsedSlots ?? 0;
          return { used, most: used + Math.max(0, kind?.currentAvailableSlots ?? 0) };
        }),
      ),
    );
  }
  if (workers.length === 0) throw new Error('no worker has told Temporal what it has in hand');
  return together(workers);
}

/** What a worker of this process has in hand by its own account. */
export function slotsOf(worker: Worker): Occupied {
  const status = worker.getStatus();
  const { workflowTaskSlotSupplier, activityTaskSlotSupplier, localActivityTaskSlotSupplier } = worker.options.tuner;
  // A workflow task is in hand as long as its local activities are.
  const tasks = status.numInFlightWorkflowActivations + status.numInFlightLocalActivities;
  const mostTasks = mostOf(workflowTaskSlotSupplier);
  return occupiedBy([
    { used: Math.min(tasks, mostTasks), most: mostTasks },
    { used: status.numInFlightNonLocalActivities, most: mostOf(activityTaskSlotSupplier) },
    { used: status.numInFlightLocalActivities, most: mostOf(localActivityTaskSlotSupplier) },
  ]);
}

function mostOf(supplier: { type: string; numSlots?: number }): number {
  return supplier.numSlots ?? 0;
}

/** It is as full as the slots of that kind of which the most are in use. */
function occupiedBy(kinds: readonly Slots[]): Occupied {
  return {
    count: kinds.reduce((sum, { used }) => sum + used, 0),
    servers: Math.max(...kinds.map(({ used, most }) => (most > 0 ? used / most : 0))),
  };
}

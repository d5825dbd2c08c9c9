import type { Client } from '@temporalio/client';
import type { Worker } from '@temporalio/worker';
import type { Occupied } from '../../capacity/servers/observed.ts';
import { together } from '../../capacity/servers/occupied.ts';
import { TASK_QUEUE } from '../../workflows/messages.ts';

/** How often workers tell Temporal what they have in hand, in milliseconds. */
export const HEARTBEAT_MS = 5000;
/** Who was silent for longer is gone, or says nothing that still holds. */
const SILENT_AFTER_S = (3 * HEARTBEAT_MS) / 1000;
/** So many are asked for at once. */
const PAGE = 1000;

/** How many slots of one kind there are in a worker, and how many of them are in use. */
interface Slots {
  used: number;
  most: number;
}

/**
 * What all workers of people's queue have in hand, as they have told Temporal.
 * @throws Error where none has
 */
export async function slotsInUse({ workflowService, options: { namespace } }: Client): Promise<Occupied> {
  const query = `TaskQueue = '${TASK_QUEUE}'`;
  const workers: Occupied[] = [];
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await workflowService.listWorkers({
      ...{ namespace, query, pageSize: PAGE },
      ...(nextPageToken && { nextPageToken }),
    });
    for (const { workerHeartbeat: told } of page.workersInfo) {
      if (told?.taskQueue !== TASK_QUEUE || secondsSince(told.heartbeatTime) > SILENT_AFTER_S) continue;
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
    nextPageToken = page.nextPageToken.length > 0 ? page.nextPageToken : undefined;
  } while (nextPageToken !== undefined);
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

function secondsSince(time: { seconds?: Long | null } | null | undefined): number {
  return Date.now() / 1000 - Number(time?.seconds ?? 0);
}

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, isGrpcServiceError, type ScheduleDescription, ScheduleNotFoundError } from '@temporalio/client';
import type { Standing } from '../capacity/floors.ts';
import { CAPACITY, type Kept, scheduleOf } from './capacity-shape.ts';

const GRPC = { alreadyExists: 6, failedPrecondition: 9 };
const MOST_ATTEMPTS = 20;
const LONGEST_PAUSE_MS = 200;

/** Too many changed what is set at once, and nothing was changed: try again. */
export class CapacityContended extends Error {
  override readonly name = 'CapacityContended';
}

/** The schedule by which capacity is planned, and what is set there; `undefined` where there is none. */
export async function describeCapacity(
  client: Client,
): Promise<{ kept: Kept; description: ScheduleDescription } | undefined> {
  try {
    const description = await client.schedule.getHandle(CAPACITY).describe();
    const [kept] = description.action.args as [Kept];
    return { kept, description };
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    return undefined;
  }
}

/**
 * Changes what is set. Of changes at once none is lost: each is made to what the one before has left.
 *
 * @param change - may be asked again; told `undefined` where there is no schedule, and answers `undefined` where
 *   everything is to stay as it is
 * @returns whether anything was written
 * @throws CapacityContended
 */
export async function changeCapacity(
  client: Client,
  change: (before: Standing | undefined) => Standing | undefined,
): Promise<boolean> {
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
    const found = await describeCapacity(client);
    const wanted = change(found?.kept);
    if (wanted === undefined) return false;
    const kept = { ...wanted, write: randomUUID() };
    await write(client, kept, found?.description);
    // Temporal takes no write that goes by what was there before another, and may say nothing of that.
    if ((await describeCapacity(client))?.kept.write === kept.write) return true;
    await sleep(Math.random() * LONGEST_PAUSE_MS);
  }
  throw new CapacityContended(`What is set of capacity was changed by others at each of ${MOST_ATTEMPTS} attempts.`);
}

/** Has capacity planned now, or right after the plan that is under way. */
export async function planNow(client: Client): Promise<void> {
  const found = await describeCapacity(client);
  // An operator who has paused it, wants it paused.
  if (found === undefined || found.description.state.paused) return;
  await client.schedule.getHandle(CAPACITY).trigger('BUFFER_ONE');
}

async function write(client: Client, kept: Kept, before: ScheduleDescription | undefined): Promise<void> {
  const { workflowService, options } = client;
  const { namespace, identity } = options;
  const schedule = scheduleOf(kept, before);
  const request = { namespace, identity, scheduleId: CAPACITY, schedule, requestId: randomUUID() };
  try {
    if (before === undefined) await workflowService.createSchedule(request);
    // The client's own update sends no token, so that one of two at once would be lost.
    else await workflowService.updateSchedule({ ...request, conflictToken: before.raw.conflictToken ?? null });
  } catch (error) {
    const isConflict = isGrpcServiceError(error) && Object.values(GRPC).includes(error.code);
    if (!isConflict) throw error;
  }
}

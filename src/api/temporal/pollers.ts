import type { Client } from '@temporalio/client';
import { isAnyWorkerTelling } from '../../temporal/worker-heartbeats.ts';

/** An idle worker asks for work once a minute. */
const SILENT_AFTER_MS = 75_000;
/** One that takes what waits asks again at once, unless its hands are full. */
const SILENT_BEFORE_WORK_MS = 10_000;

/**
 * Whether a worker has asked a task queue for work lately.
 * @param lastAskedAt when one did so last, in milliseconds since the epoch
 * @param isWaiting whether there is some
 */
export function hasWorkers(lastAskedAt: number | undefined, isWaiting = false): boolean {
  if (lastAskedAt === undefined) return false;
  return Date.now() - lastAskedAt <= (isWaiting ? SILENT_BEFORE_WORK_MS : SILENT_AFTER_MS);
}

/** The same, or whether one says that it is there: workers whose hands are full ask for nothing. */
export async function areWorkersThere(
  client: Client,
  queue: string,
  lastAskedAt: number | undefined,
  isWaiting?: boolean,
): Promise<boolean> {
  return hasWorkers(lastAskedAt, isWaiting) || (await isAnyWorkerTelling(client, queue));
}

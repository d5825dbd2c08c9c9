import type { Client } from '@temporalio/client';
import { msOf } from './protobuf-time.ts';

/** How often workers tell Temporal what they have in hand, in milliseconds. */
export const HEARTBEAT_MS = 5000;
/** Who was silent for longer is gone, or says nothing that still holds. */
const SILENT_AFTER_MS = 3 * HEARTBEAT_MS;
/** What is told later tells of a moment that is over. */
const ANSWER_MS = 3000;
/** So many are asked for at once. */
const PAGE = 1000;

/** What a worker has told Temporal, as Temporal has it. */
export type Heartbeat = NonNullable<
  Awaited<ReturnType<Client['workflowService']['listWorkers']>>['workersInfo'][number]['workerHeartbeat']
>;

/**
 * What the workers of a task queue have told Temporal of late. A worker tells it however busy it is.
 * @throws where Temporal does not answer within 3 seconds, or does not keep it
 */
export async function* heartbeats(client: Client, queue: string): AsyncGenerator<Heartbeat> {
  const asked = { namespace: client.options.namespace, query: `TaskQueue = '${queue}'`, pageSize: PAGE };
  let nextPageToken: Uint8Array | undefined;
  do {
    const request = { ...asked, ...(nextPageToken && { nextPageToken }) };
    const page = await client.withDeadline(Date.now() + ANSWER_MS, () => client.workflowService.listWorkers(request));
    for (const { workerHeartbeat: told } of page.workersInfo)
      if (told?.taskQueue === queue && Date.now() - msOf(told.heartbeatTime) <= SILENT_AFTER_MS) yield told;
    nextPageToken = page.nextPageToken.length > 0 ? page.nextPageToken : undefined;
  } while (nextPageToken !== undefined);
}

/** Whether any worker of a task queue says that it is there; none where that cannot be told. */
export async function isAnyWorkerTelling(client: Client, queue: string): Promise<boolean> {
  try {
    for await (const _ of heartbeats(client, queue)) return true;
    return false;
  } catch {
    return false;
  }
}

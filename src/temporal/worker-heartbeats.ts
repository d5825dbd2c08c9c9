import type { Client } from '@temporalio/client';

/** How often workers tell Temporal what they have in hand, in milliseconds. */
export const HEARTBEAT_MS = 5000;
/** Who was silent for longer is gone, or says nothing that still holds. */
const SILENT_AFTER_S = (3 * HEARTBEAT_MS) / 1000;
/** So many are asked for at once. */
const PAGE = 1000;

/** What a worker has told Temporal, as Temporal has it. */
export type Heartbeat = NonNullable<
  Awaited<ReturnType<Client['workflowService']['listWorkers']>>['workersInfo'][number]['workerHeartbeat']
>;

/** What the workers of a task queue have told Temporal of late. A worker tells it however busy it is. */
export async function* heartbeats(
  { workflowService, options: { namespace } }: Client,
  queue: string,
): AsyncGenerator<Heartbeat> {
  const query = `TaskQueue = '${queue}'`;
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await workflowService.listWorkers({
      ...{ namespace, query, pageSize: PAGE },
      ...(nextPageToken && { nextPageToken }),
    });
    for (const { workerHeartbeat: told } of page.workersInfo)
      if (told?.taskQueue === queue && secondsSince(told.heartbeatTime) <= SILENT_AFTER_S) yield told;
    nextPageToken = page.nextPageToken.length > 0 ? page.nextPageToken : undefined;
  } while (nextPageToken !== undefined);
}

function secondsSince(time: { seconds?: Long | null } | null | undefined): number {
  return Date.now() / 1000 - Number(time?.seconds ?? 0);
}

import type { Client } from '@temporalio/client';
import protos from '@temporalio/proto';

const { EventType } = protos.temporal.api.enums.v1;

/** When something was queued, when a worker took it first, and when that had done what it could do at once. */
export interface Turn {
  queuedAt: number;
  takenAt: number;
  doneAt: number;
}

/** The first turn of each of these workflows, in milliseconds since the epoch, by Temporal's clock. */
export function turnsOf(client: Client, ids: readonly string[]): Promise<Turn[]> {
  return Promise.all(ids.map((id) => turnOf(client, id)));
}

/** How many of the others were taken while one waited: of the one that most had come before. */
export function passedBy(some: readonly Turn[], others: readonly Turn[]): number {
  return most(some, others, (one, other) => one.queuedAt < other.takenAt && other.takenAt < one.takenAt);
}

/** How many of the others were in work when one was taken: of the one beside which were most. */
export function besides(some: readonly Turn[], others: readonly Turn[]): number {
  return most(some, others, (one, other) => other.takenAt < one.takenAt && one.takenAt < other.doneAt);
}

/** From when something is queued until it is done, in milliseconds since the epoch. */
export type Span = Pick<Turn, 'queuedAt' | 'doneAt'>;

/** How many of some were queued or in work while any of the others was. */
export function overlapping(some: readonly Span[], others: readonly Span[]): number {
  return some.filter((one) => others.some((other) => other.queuedAt < one.doneAt && one.queuedAt < other.doneAt))
    .length;
}

function most(some: readonly Turn[], others: readonly Turn[], isSo: (one: Turn, other: Turn) => boolean): number {
  return Math.max(...some.map((one) => others.filter((other) => isSo(one, other)).length));
}

async function turnOf(client: Client, id: string): Promise<Turn> {
  const { events } = await client.workflow.getHandle(id).fetchHistory();
  const firstOf = (type: protos.temporal.api.enums.v1.EventType): number => {
    const { seconds, nanos } = events?.find(({ eventType }) => eventType === type)?.eventTime ?? {};
    return Number(seconds) * 1000 + Number(nanos) / 1e6;
  };
  return {
    queuedAt: firstOf(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED),
    takenAt: firstOf(EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED),
    doneAt: firstOf(EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED),
  };
}

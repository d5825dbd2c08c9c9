import type { Client } from '@temporalio/client';
import protos from '@temporalio/proto';
import { workflowId } from '../src/environment/identity.ts';

const { EventType } = protos.temporal.api.enums.v1;

/** When the first workflow task of a start came and went, in milliseconds of this process's performance clock. */
export interface FirstTask {
  /** When Temporal had the start. */
  begun: number;
  taskBegun: number;
  taskEnded: number;
  /** From the task's beginning to its first local activity. */
  setUpMs: number;
  /** How long each of its local activities took. */
  activitiesMs: number[];
  /** Of the whole history. */
  tasks: number;
  events: number;
}

/** Reads from its history how a developer's environment was started. */
export async function firstTask(client: Client, developer: string): Promise<FirstTask> {
  const handle = client.workflow.getHandle(workflowId({ dev_id: developer, project: 'bench' }));
  const events = (await handle.fetchHistory()).events ?? [];
  const timeOf = (type: number): number => {
    const { seconds, nanos } = events.find(({ eventType }) => eventType === type)?.eventTime ?? {};
    return Number(seconds) * 1000 + (nanos ?? 0) / 1e6 - performance.timeOrigin;
  };
  const markers = events.flatMap(({ markerRecordedEventAttributes: marker }) => marker ?? []);
  const activities = markers.filter(({ markerName }) => markerName === 'core_local_activity').map(timesOf);
  const [first] = activities;
  if (first === undefined) throw new Error('A start has a local activity in its first task.');
  const taskBegun = timeOf(EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED);
  return {
    begun: timeOf(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED),
    taskBegun,
    taskEnded: timeOf(EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED),
    setUpMs: inMs(first.original_schedule_time) - performance.timeOrigin - taskBegun,
    // The SDK counts the time that the activity took on from the beginning of the workflow task.
    activitiesMs: activities.map(({ complete_time }) => inMs(complete_time) - performance.timeOrigin - taskBegun),
    tasks: events.filter(({ eventType }) => eventType === EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED).length,
    events: events.length,
  };
}

/** What the SDK writes into a history of a local activity, in its own terms. */
interface LocalActivityMarker {
  complete_time: Timestamp;
  original_schedule_time: Timestamp;
}
interface Timestamp {
  seconds: number;
  nanos: number;
}

function timesOf({ details }: protos.temporal.api.history.v1.IMarkerRecordedEventAttributes): LocalActivityMarker {
  const [payload] = details?.data?.payloads ?? [];
  return JSON.parse(Buffer.from(payload?.data ?? '').toString());
}

function inMs({ seconds, nanos }: Timestamp): number {
  return seconds * 1000 + nanos / 1e6;
}

import type { SavedEvent } from './history-file.ts';

/** What every history is full of, and what says nothing of the path that it took. */
const EVERYWHERE = /^(?:WORKFLOW_TASK_|WORKFLOW_PROPERTIES_MODIFIED|UPSERT_WORKFLOW_SEARCH_ATTRIBUTES)/;
const ATTRIBUTES = 'EventAttributes';

/** The parts of an event's attributes that a trail is made from. */
interface Attributes {
  markerName?: string;
  details?: { data?: { payloads: { json: { activity_type: string; backoff: unknown } }[] } };
  failure?: { canceledFailureInfo?: unknown };
  activityType?: { name: string };
  scheduledEventId?: string;
  outcome?: { failure?: unknown };
}

/** What happened in a history, in a few words an event: `isolate completed`, `timer fired`, `cancel requested`. */
export function trailOf(events: SavedEvent[]): string[] {
  const activities = new Map<string | undefined, string>();
  return events.flatMap((event) => {
    const type = event.eventType.replace('EVENT_TYPE_', '');
    if (EVERYWHERE.test(type)) return [];
    const attributes = attributesOf(event);
    const { activityType, scheduledEventId, outcome } = attributes;
    if (activityType !== undefined) activities.set(event.eventId, activityType.name);
    if (type === 'MARKER_RECORDED') return [marker(attributes)];
    if (type.startsWith('ACTIVITY_TASK_')) {
      const name = activities.get(scheduledEventId) ?? activityType?.name;
      return [`${name} ${words(type.replace('ACTIVITY_TASK_', ''))}`];
    }
    if (outcome?.failure !== undefined) return ['update failed'];
    return [words(type.replace(/^WORKFLOW_EXECUTION_/, ''))];
  });
}

/** The first of the landmarks that a trail does not come by, once it has come by those before; `undefined` where none. */
export function missedLandmark(trail: string[], landmarks: readonly string[]): string | undefined {
  let at = 0;
  return landmarks.find((landmark) => {
    at = trail.indexOf(landmark, at) + 1;
    return at === 0;
  });
}

/** Local activities leave markers. */
function marker({ markerName = '', details, failure }: Attributes): string {
  const done = details?.data?.payloads[0]?.json;
  if (done === undefined) return markerName;
  const { activity_type: name, backoff } = done;
  if (backoff) return `${name} put off`;
  if (failure === undefined) return `${name} completed`;
  return failure.canceledFailureInfo === undefined ? `${name} failed` : `${name} canceled`;
}

function attributesOf(event: SavedEvent): Attributes {
  const key = Object.keys(event).find((name) => name.endsWith(ATTRIBUTES)) ?? '';
  return (event[key] ?? {}) as Attributes;
}

function words(type: string): string {
  return type.toLowerCase().replaceAll('_', ' ');
}

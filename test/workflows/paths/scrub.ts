import { wishSignal } from '../../../src/workflows/messages.ts';
import type { SavedEvent } from './history-file.ts';

/** What tells of processes, machines and checkouts, or differs from one playing to the next, and is nothing to a replay. */
const OF_THE_MACHINE = new Set(['identity', 'stackTrace', 'workerVersion', 'requestId', 'taskId']);
const STICKY = 'TASK_QUEUE_KIND_STICKY';

/** The events without what speaks of the machine that they were recorded on. */
export function scrub(events: SavedEvent[]): SavedEvent[] {
  return events.map((event) => scrubbed(withoutSignalInput(event)) as SavedEvent);
}

/**
 * Makes sure that nothing is left in a text that does not belong there.
 * @param secrets what nobody may read, and names of this machine
 * @throws Error that says what kind of thing was found, and not the thing
 */
export function mustNotTell(text: string, secrets: Record<string, string>): void {
  const found = Object.entries(secrets).filter(([, secret]) => secret !== '' && text.includes(secret));
  const kinds = found.map(([kind]) => kind);
  if (/\bBearer\b/i.test(text)) kinds.push('a bearer token');
  if (/\beyJ[\w-]+\.[\w-]+\.[\w-]+/.test(text)) kinds.push('a signed token');
  if (kinds.length > 0) throw new Error(`A history holds what must not be in it: ${kinds.join(', ')}.`);
}

function scrubbed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(scrubbed);
  if (typeof value !== 'object' || value === null) return value;
  const isStickyQueue = 'kind' in value && value.kind === STICKY;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !OF_THE_MACHINE.has(key))
      .map(([key, inner]) => [key, isStickyQueue && key === 'name' ? 'sticky' : scrubbed(inner)]),
  );
}

/** Signals that no workflow listens to are sent to make a history long, and need not make a file so. */
function withoutSignalInput(event: SavedEvent): SavedEvent {
  if (event.eventType !== 'EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED') return event;
  const attributes = event.workflowExecutionSignaledEventAttributes as { signalName: string; input?: unknown };
  if (attributes.signalName === wishSignal.name) return event;
  const { input: _, ...others } = attributes;
  return { ...event, workflowExecutionSignaledEventAttributes: others };
}

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import proto from '@temporalio/proto';
import { fromReadable, toReadable } from './readable-payloads.ts';

const { History } = proto.temporal.api.history.v1;
const DIRECTORY = fileURLToPath(new URL('../histories', import.meta.url));
const EXTENSION = '.jsonl';

/** The history of a run, as Temporal's client gives it and its worker replays it. */
export type RunHistory = proto.temporal.api.history.v1.IHistory;

/** An event of a history in JSON: fields and enums by their names, with payloads that can be read. */
export interface SavedEvent {
  eventId: string;
  eventType: string;
  [field: string]: unknown;
}

/** The events of a history, in JSON. Temporal's own conversion would leave payloads in base64. */
export function eventsOf(history: RunHistory): SavedEvent[] {
  const { events } = History.toObject(History.fromObject(history), { longs: String, enums: String, bytes: String });
  return toReadable(events) as SavedEvent[];
}

/** What {@link eventsOf} was made from. */
export function historyOf(events: SavedEvent[]): RunHistory {
  return History.fromObject({ events: fromReadable(events) as object[] });
}

/** The events that are saved for a path. */
export function readEvents(path: string): SavedEvent[] {
  const lines = readFileSync(fileOf(path), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as SavedEvent);
}

/** Saves the events of a path, one a line, so that two versions can be compared. */
export function writeEvents(path: string, events: SavedEvent[]): void {
  mkdirSync(dirname(fileOf(path)), { recursive: true });
  writeFileSync(fileOf(path), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
}

/** The paths that a history is saved for. */
export function savedPaths(): string[] {
  const files = readdirSync(DIRECTORY, { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith(EXTENSION)).map((file) => file.slice(0, -EXTENSION.length));
}

function fileOf(path: string): string {
  return join(DIRECTORY, `${path}${EXTENSION}`);
}

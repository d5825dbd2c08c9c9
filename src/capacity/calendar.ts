import { Temporal } from 'temporal-polyfill';
import { durationMs } from '../environment/duration.ts';
import { type CalendarEntry, type Invited, weekdays } from './calendar-entry.ts';

/** When an entry is wanted, both in milliseconds since the epoch: from the first up to, and without, the second. */
export interface Window {
  fromMs: number;
  untilMs: number;
}

/** Slots of one template that are to be ready for anybody, and why. */
export interface WantedSlots {
  template: string;
  count: number;
  reasons: string[];
}

/** Somebody whose environment is to be ready under its own name: it is held for them, and is no slot. */
export interface Expected extends Invited {
  template: string;
  /** Until when it is held, in milliseconds since the epoch. */
  untilMs: number;
  reason: string;
}

/** What the calendar wants at a moment. */
export interface Wanted {
  slots: WantedSlots[];
  roster: Expected[];
}

/** How many have started an environment of a template since a moment (in milliseconds since the epoch), by name of nobody. */
export type CameSince = (template: string, sinceMs: number) => number;

/**
 * What the calendar wants now. Entries of different occasions are for different people: their counts add up, and whoever has
 * come since the first of them started need not be waited for any more. Somebody who is on two rosters is prepared once, by
 * the one that holds longer.
 * @param nowMs milliseconds since the epoch
 * @param defaultTemplate what is meant where no template is named
 */
export function wantedAt(
  entries: readonly CalendarEntry[],
  nowMs: number,
  defaultTemplate: string,
  cameSince: CameSince = () => 0,
): Wanted {
  const occasions = new Map<string, Occasion[]>();
  const roster: Expected[] = [];
  for (const entry of entries) {
    const untilMs = windowAt(entry, nowMs)?.untilMs;
    if (untilMs === undefined) continue;
    const { template = defaultTemplate, count, reason } = entry;
    if (count !== undefined) {
      const sinceMs = Math.min(nowMs, untilMs - durationMs(entry.duration));
      occasions.set(template, [...(occasions.get(template) ?? []), { sinceMs, count, reason }]);
    }
    for (const person of entry.roster ?? [])
      roster.push({ ...person, template: person.template ?? template, untilMs, reason });
  }
  return {
    slots: [...occasions]
      .map(([template, all]) => {
        const count = stillToCome(all, (sinceMs) => cameSince(template, sinceMs));
        return { template, count, reasons: all.map(({ reason }) => reason).sort() };
      })
      .sort((one, other) => compare(one.template, other.template)),
    roster: once(roster),
  };
}

/** An entry that is open: for how many people, since when they may come, and why. */
interface Occasion {
  sinceMs: number;
  count: number;
  reason: string;
}

/** Whoever came is one of those of the earliest occasion that had started by then, and for whom it still waited. */
function stillToCome(occasions: readonly Occasion[], cameSince: (sinceMs: number) => number): number {
  const inOrder = occasions.toSorted((one, other) => one.sinceMs - other.sinceMs);
  const all = cameSince(inOrder[0]?.sinceMs ?? 0);
  let [waitedFor, left] = [0, 0];
  for (const { sinceMs, count } of inOrder) {
    const before = Math.max(waitedFor, all - cameSince(sinceMs));
    const came = Math.min(count, all - before);
    waitedFor = before + came;
    left += count - came;
  }
  return left;
}

/** The occurrence of an entry that is wanted at a moment (in milliseconds since the epoch); the latest where several are. */
export function windowAt(entry: CalendarEntry, nowMs: number): Window | undefined {
  const start = Temporal.PlainDateTime.from(entry.start);
  const leadMs = durationMs(entry.lead);
  const longMs = durationMs(entry.duration);
  const dayOf = (ms: number): Temporal.PlainDate =>
    Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(entry.time_zone).toPlainDate();
  // What starts in a gap of the clock starts after it, at most a day later: never before its own date.
  const first = later(start.toPlainDate(), dayOf(nowMs - longMs).subtract({ days: 1 }));
  const last = entry.repeat === undefined ? start.toPlainDate() : dayOf(nowMs + leadMs);
  for (let date = last; Temporal.PlainDate.compare(date, first) >= 0; date = date.subtract({ days: 1 })) {
    if (!recursOn(entry, start, date)) continue;
    const startMs = instantMs(date.toPlainDateTime(start), entry.time_zone);
    const window = { fromMs: startMs - leadMs, untilMs: startMs + longMs };
    if (window.fromMs <= nowMs && nowMs < window.untilMs) return window;
  }
  return undefined;
}

function recursOn({ repeat }: CalendarEntry, start: Temporal.PlainDateTime, date: Temporal.PlainDate): boolean {
  if (repeat === 'FREQ=DAILY') return true;
  return (weekdays(repeat) ?? [start.dayOfWeek]).includes(date.dayOfWeek);
}

/**
 * RFC 5545, 3.3.5: a local time that occurs twice is the first of them; one that does not occur is told by the offset
 * before the gap, so that it is as much later by the clock as that is wide. The same holds for recurrences (3.3.10).
 */
function instantMs(local: Temporal.PlainDateTime, timeZone: string): number {
  return local.toZonedDateTime(timeZone, { disambiguation: 'compatible' }).epochMilliseconds;
}

function later(one: Temporal.PlainDate, other: Temporal.PlainDate): Temporal.PlainDate {
  return Temporal.PlainDate.compare(one, other) > 0 ? one : other;
}

function once(roster: readonly Expected[]): Expected[] {
  const byPerson = new Map<string, Expected>();
  const rest = ({ template, reason }: Expected): string => `${template} ${reason}`;
  const ranked = roster.toSorted((one, other) => other.untilMs - one.untilMs || compare(rest(one), rest(other)));
  for (const person of ranked) {
    const key = `${person.dev_id}/${person.project ?? ''}`;
    if (!byPerson.has(key)) byPerson.set(key, person);
  }
  return [...byPerson.keys()].sort().flatMap((key) => byPerson.get(key) ?? []);
}

/** By code unit, so that no locale decides. */
function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

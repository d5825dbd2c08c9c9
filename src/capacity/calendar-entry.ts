import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import { DURATION, durationMs } from '../environment/duration.ts';
import { nameSchema } from '../environment/recipe.ts';
import { identitySchema } from '../environment/request.ts';
import { MOST_SLOTS } from './most-slots.ts';

/** Days of the week as RFC 5545 writes them, in the order of their ISO numbers: `MO` is 1. */
export const DAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
/** Occurrences are looked for day by day, so that no entry may reach too far. */
const LONGEST = '31d';
/** What is known of each of them is in one message of Temporal's. */
const MOST_AWAITED = 500;

const duration = z
  .string()
  .regex(DURATION, 'must be a duration such as 30m or 8h')
  .refine((text) => durationMs(text) <= durationMs(LONGEST), {
    message: `must be at most ${LONGEST}`,
    when: ({ issues }) => issues.length === 0,
  });
const day = `(?:${DAYS.join('|')})`;

/** Somebody whose environment is prepared by name. What is left out is the entry's, or the default. */
const invited = identitySchema.partial({ project: true }).extend({ template: nameSchema.optional() });
export type Invited = z.infer<typeof invited>;

/** An entry of the calendar: when so many slots, or these people's environments, are to be ready, and why. */
export const calendarEntrySchema = z
  .strictObject({
    /** Local: a meeting at 9 stays at 9 when clocks change. */
    start: z
      .string()
      .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d$/, 'must be a local date and time such as 2026-03-02T09:00')
      .refine(isDateTime, { message: 'is no date that exists', when: ({ issues }) => issues.length === 0 }),
    time_zone: z.string().refine(isTimeZone, 'must be an IANA time zone such as Europe/Berlin'),
    /**
     * A recurrence rule of RFC 5545, of which there are the two kinds that people name: daily, and weekly on some days.
     * Calendars export it as it is; a cron line has no time zone, and no first day.
     */
    repeat: z
      .string()
      .regex(
        RegExp(`^FREQ=(?:DAILY|WEEKLY(?:;BYDAY=${day}(?:,${day})*)?)$`),
        'must be FREQ=DAILY, FREQ=WEEKLY or a rule such as FREQ=WEEKLY;BYDAY=MO,TH',
      )
      .optional(),
    /** How long before the start it is to be ready. */
    lead: duration,
    /** How long after the start it is wanted. */
    duration,
    template: nameSchema.optional(),
    count: z.int().min(1).max(MOST_SLOTS).optional(),
    roster: z.array(invited).min(1).max(MOST_AWAITED).optional(),
    reason: z.string().trim().min(1, 'must say why').max(200),
  })
  .superRefine(({ start, repeat, count, roster }, context) => {
    const fault = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
    if (count === undefined && roster === undefined) fault('count', 'is missing: give a count or a roster');
    if (count !== undefined && roster !== undefined) fault('roster', 'must not be given beside a count');
    const days = weekdays(repeat);
    const first = isDateTime(start) ? Temporal.PlainDate.from(start).dayOfWeek : undefined;
    if (days !== undefined && first !== undefined && !days.includes(first))
      fault('start', `must be on one of the days of its rule, and is on ${DAYS[first - 1]}`);
  });
export type CalendarEntry = z.infer<typeof calendarEntrySchema>;

export const calendarSchema = z
  .array(calendarEntrySchema)
  .max(500)
  .refine((entries) => entries.reduce((sum, { roster = [] }) => sum + roster.length, 0) <= MOST_AWAITED, {
    message: `must name at most ${MOST_AWAITED} people on all rosters together: give a count for more`,
  });

/** The ISO numbers of the days that a rule names, or `undefined` where it names none. */
export function weekdays(repeat: string | undefined): number[] | undefined {
  return repeat
    ?.split('BYDAY=')[1]
    ?.split(',')
    .map((name) => DAYS.indexOf(name) + 1);
}

function isDateTime(text: string): boolean {
  return succeeds(() => Temporal.PlainDateTime.from(text));
}

/** An offset such as +01:00 would be taken too, and knows nothing of daylight-saving time. */
function isTimeZone(text: string): boolean {
  return /^[A-Za-z]/.test(text) && succeeds(() => new Temporal.ZonedDateTime(0n, text));
}

function succeeds(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

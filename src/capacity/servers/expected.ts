import type { Wanted } from '../calendar.ts';
import { BUCKET_MS, type DemandRecord, demandFor } from '../demand-record.ts';
import { expectedStarts } from '../forecast.ts';
import type { ExpectedStarts } from './observed.ts';

/** Those whom the calendar expects may all come within so long. */
const CALENDAR_MINUTES = 1;
/** So many of its reasons are named. */
const MOST_REASONS = 3;

/** How many starts are to be expected soon: as many as the calendar or the forecast says, whichever says more. */
export function expectedSoon({ slots, roster }: Wanted, demand: DemandRecord): ExpectedStarts {
  const people = slots.reduce((sum, { count }) => sum + count, 0) + roster.length;
  const forecast = Object.keys(demand.starts).reduce(
    (sum, template) => sum + expectedStarts(demandFor(demand, template), BUCKET_MS),
    0,
  );
  const calendar = people / CALENDAR_MINUTES;
  const usual = (forecast * 60_000) / BUCKET_MS;
  if (calendar <= usual) return { perMinute: usual, because: 'The forecast asks for them' };
  const reasons = new Set([...slots.flatMap((slot) => slot.reasons), ...roster.map(({ reason }) => reason)]);
  return {
    perMinute: calendar,
    because: `The calendar wants them (${[...reasons].sort().slice(0, MOST_REASONS).join(', ')})`,
  };
}

import { describe, expect, it, test } from 'vitest';
import { calendarEntrySchema } from '../../src/capacity/calendar-entry.ts';

const ENTRY = {
  start: '2026-03-02T09:00',
  time_zone: 'Europe/Berlin',
  repeat: 'FREQ=WEEKLY;BYDAY=MO,TH',
  lead: '30m',
  duration: '2h',
  count: 20,
  reason: 'Course',
};

/** What is wrong, by its place. */
function faults(changes: Record<string, unknown>): string[] {
  const { error } = calendarEntrySchema.safeParse({ ...ENTRY, ...changes });
  return error?.issues.map(({ path, message }) => [path.join('.'), message].join(': ')) ?? [];
}

describe('an entry of the calendar that is right', () => {
  test.each<[string, Record<string, unknown>]>([
    ['with a rule', {}],
    ['that happens once', { repeat: undefined }],
    ['daily', { repeat: 'FREQ=DAILY' }],
    ['weekly on the day of its start', { repeat: 'FREQ=WEEKLY' }],
    ['with a template', { template: 'node' }],
    ['with a roster', { count: undefined, roster: [{ dev_id: 'user123' }, { dev_id: 'ada', project: 'web' }] }],
    ['in UTC', { time_zone: 'UTC' }],
    ['at a time that its zone skips', { repeat: undefined, start: '2026-03-29T02:30' }],
    ['on a leap day', { repeat: undefined, start: '2028-02-29T09:00' }],
  ])('is taken: %s', (_, changes) => expect(faults(changes)).toEqual([]));
});

describe('an entry of the calendar that is wrong', () => {
  const date = 'start: must be a local date and time such as 2026-03-02T09:00';
  const zone = 'time_zone: must be an IANA time zone such as Europe/Berlin';
  const rule = 'repeat: must be FREQ=DAILY, FREQ=WEEKLY or a rule such as FREQ=WEEKLY;BYDAY=MO,TH';
  test.each<[string, Record<string, unknown>, string]>([
    ['a start with an offset', { start: '2026-03-02T09:00Z' }, date],
    ['a start without time', { start: '2026-03-02' }, date],
    ['a day that does not exist', { start: '2026-02-30T09:00' }, 'start: is no date that exists'],
    ['an hour that does not exist', { start: '2026-03-02T24:00' }, 'start: is no date that exists'],
    [
      'a start off its rule',
      { start: '2026-03-03T09:00' },
      'start: must be on one of the days of its rule, and is on TU',
    ],
    ['an offset for a zone', { time_zone: '+01:00' }, zone],
    ['a zone that does not exist', { time_zone: 'Europe/Atlantis' }, zone],
    ['no zone', { time_zone: '' }, zone],
    ['another rule', { repeat: 'FREQ=MONTHLY' }, rule],
    ['a day that does not exist in its rule', { repeat: 'FREQ=WEEKLY;BYDAY=MO,XX' }, rule],
    ['a duration without unit', { duration: '90' }, 'duration: must be a duration such as 30m or 8h'],
    ['a lead that reaches too far', { lead: '32d' }, 'lead: must be at most 31d'],
    ['neither count nor roster', { count: undefined }, 'count: is missing: give a count or a roster'],
    ['both', { roster: [{ dev_id: 'ada' }] }, 'roster: must not be given beside a count'],
    ['nobody on the roster', { count: undefined, roster: [] }, 'roster: Too small'],
    [
      'an impossible name on it',
      { count: undefined, roster: [{ dev_id: 'Ada' }] },
      'roster.0.dev_id: must be 1 to 63 of',
    ],
    ['a count of none', { count: 0 }, 'count: Too small'],
    ['half a slot', { count: 1.5 }, 'count: Invalid input'],
    ['more slots than a pool may have', { count: 1001 }, 'count: Too big'],
    ['no reason', { reason: '  ' }, 'reason: must say why'],
    ['a field that nobody knows', { colour: 'red' }, 'Unrecognized key: "colour"'],
  ])('is refused with its place: %s', (_, changes, fault) => {
    expect(faults(changes)).toEqual([expect.stringContaining(fault)]);
  });

  it('is told of all its faults at once', () => {
    expect(faults({ start: 'soon', time_zone: 'here', reason: '' })).toHaveLength(3);
  });
});

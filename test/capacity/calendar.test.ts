import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { wantedAt, windowAt } from '../../src/capacity/calendar.ts';
import { type CalendarEntry, calendarEntrySchema } from '../../src/capacity/calendar-entry.ts';

const HOUR_MS = 3_600_000;
const at = (text: string): number => Date.parse(text);

/** An entry as it comes from outside, checked. */
function entry(changes: Record<string, unknown> = {}): CalendarEntry {
  const usual = {
    start: '2026-03-02T09:00',
    time_zone: 'Europe/Berlin',
    lead: '30m',
    duration: '2h',
    reason: 'Launch',
  };
  return calendarEntrySchema.parse({ ...usual, ...('roster' in changes ? {} : { count: 20 }), ...changes });
}

/** When an occurrence starts, as it is found from that moment. */
function startsAt(changes: Record<string, unknown>, moment: string): string | undefined {
  const window = windowAt(entry({ lead: '1m', duration: '1h', ...changes }), at(moment));
  return window && new Date(window.fromMs + 60_000).toISOString();
}

describe('an entry of the calendar', () => {
  const wanted = (moment: string): boolean => windowAt(entry(), at(moment)) !== undefined;

  it('is wanted from its lead before the start until its duration after it', () => {
    expect(wanted('2026-03-02T07:29:59.999Z')).toBe(false);
    expect(wanted('2026-03-02T07:30:00Z')).toBe(true);
    expect(wanted('2026-03-02T09:59:59.999Z')).toBe(true);
    expect(wanted('2026-03-02T10:00:00Z')).toBe(false);
  });

  it('occurs once where it does not repeat', () => {
    expect(wanted('2026-03-03T08:00:00Z')).toBe(false);
    expect(wanted('2026-03-09T08:00:00Z')).toBe(false);
    expect(wanted('2026-02-23T08:00:00Z')).toBe(false);
  });

  it('never occurs before its first day', () => {
    expect(startsAt({ repeat: 'FREQ=DAILY' }, '2026-03-01T08:00:00Z')).toBeUndefined();
    expect(startsAt({ repeat: 'FREQ=DAILY' }, '2026-03-02T08:00:00Z')).toBe('2026-03-02T08:00:00.000Z');
    expect(startsAt({ repeat: 'FREQ=DAILY' }, '2026-03-03T08:00:00Z')).toBe('2026-03-03T08:00:00.000Z');
  });

  it('occurs on the days of its rule, which are those of its time zone', () => {
    const auckland = { time_zone: 'Pacific/Auckland', repeat: 'FREQ=WEEKLY;BYDAY=MO,WE' };
    // Monday morning there is Sunday evening in UTC.
    expect(startsAt(auckland, '2026-03-08T20:00:00Z')).toBe('2026-03-08T20:00:00.000Z');
    expect(startsAt(auckland, '2026-03-09T20:00:00Z')).toBeUndefined();
    expect(startsAt(auckland, '2026-03-10T20:00:00Z')).toBe('2026-03-10T20:00:00.000Z');
  });

  it('occurs weekly on the day of its start where the rule names none', () => {
    expect(startsAt({ repeat: 'FREQ=WEEKLY' }, '2026-03-16T08:00:00Z')).toBe('2026-03-16T08:00:00.000Z');
    expect(startsAt({ repeat: 'FREQ=WEEKLY' }, '2026-03-17T08:00:00Z')).toBeUndefined();
  });

  it('may be wanted for longer than it takes to occur again', () => {
    const always = entry({ repeat: 'FREQ=DAILY', lead: '1d', duration: '3d' });
    fc.assert(
      fc.property(fc.integer({ min: at('2026-03-01T08:00:00Z'), max: at('2027-03-01T08:00:00Z') }), (nowMs) => {
        expect(windowAt(always, nowMs)).toBeDefined();
      }),
    );
  });

  it('is found from every moment of its window, whatever its lead and duration, and from no other', () => {
    const zone = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Pacific/Apia', 'Asia/Kathmandu');
    const hours = fc.integer({ min: 1, max: 700 });
    fc.assert(
      fc.property(zone, hours, hours, hours, (time_zone, lead, duration, off) => {
        const one = entry({ time_zone, lead: `${lead}h`, duration: `${duration}h` });
        const startMs =
          (windowAt(entry({ time_zone, lead: '31d' }), at('2026-02-20T00:00:00Z'))?.fromMs ?? 0) + 31 * 24 * HOUR_MS;
        expect(windowAt(one, startMs - off * HOUR_MS) !== undefined).toBe(off <= lead);
        expect(windowAt(one, startMs + off * HOUR_MS) !== undefined).toBe(off < duration);
      }),
    );
  });
});

describe('when clocks change', () => {
  it('stays at 9 by the clock, week by week', () => {
    const weekly = { repeat: 'FREQ=WEEKLY', start: '2026-03-02T09:00' };
    expect(startsAt(weekly, '2026-03-23T08:00:00Z')).toBe('2026-03-23T08:00:00.000Z');
    expect(startsAt(weekly, '2026-03-30T07:30:00Z')).toBe('2026-03-30T07:00:00.000Z');
    expect(startsAt(weekly, '2026-10-19T07:30:00Z')).toBe('2026-10-19T07:00:00.000Z');
    expect(startsAt(weekly, '2026-10-26T08:30:00Z')).toBe('2026-10-26T08:00:00.000Z');
  });

  it('starts an hour later by the clock where its hour does not exist', () => {
    const missing = '2026-03-29T02:30';
    expect(startsAt({ start: missing }, '2026-03-29T01:30:00Z')).toBe('2026-03-29T01:30:00.000Z');
    const daily = { start: '2026-03-20T02:30', repeat: 'FREQ=DAILY' };
    expect(startsAt(daily, '2026-03-28T01:30:00Z')).toBe('2026-03-28T01:30:00.000Z');
    expect(startsAt(daily, '2026-03-29T01:30:00Z')).toBe('2026-03-29T01:30:00.000Z');
    expect(startsAt(daily, '2026-03-30T00:30:00Z')).toBe('2026-03-30T00:30:00.000Z');
  });

  it('starts at the first of the two where its hour exists twice, and once only', () => {
    const twice = { start: '2026-10-25T02:30', duration: '30m' };
    expect(startsAt(twice, '2026-10-25T00:30:00Z')).toBe('2026-10-25T00:30:00.000Z');
    expect(startsAt(twice, '2026-10-25T01:30:00Z')).toBeUndefined();
  });

  test.each([
    ['skips half an hour', 'Australia/Lord_Howe', '2026-10-04T02:15', '2026-10-03T15:45:00.000Z'],
    ['skips a whole day', 'Pacific/Apia', '2011-12-30T09:00', '2011-12-30T19:00:00.000Z'],
    ['skips midnight', 'Africa/Cairo', '2026-04-24T00:00', '2026-04-23T22:00:00.000Z'],
  ])('starts by the offset of before also where a zone %s', (_, time_zone, start, expected) => {
    expect(startsAt({ time_zone, start }, expected)).toBe(expected);
  });
});

describe('what the calendar wants', () => {
  const NOW = at('2026-03-02T08:00:00Z');

  it('is nothing where no entry is wanted', () => {
    expect(wantedAt([entry({ start: '2026-03-03T09:00' })], NOW, 'default')).toEqual({ slots: [], roster: [] });
  });

  it('adds up by template, for occasions at once are for different people; each with its reason', () => {
    const entries = [entry(), entry({ count: 5, reason: 'Course', lead: '1h' }), entry({ template: 'node', count: 3 })];
    expect(wantedAt(entries, NOW, 'default').slots).toEqual([
      { template: 'default', count: 25, reasons: ['Course', 'Launch'] },
      { template: 'node', count: 3, reasons: ['Launch'] },
    ]);
  });

  it('does not wait any more for as many as have come since an occasion started, and never for less than nobody', () => {
    const came: [string, string][] = [
      ['default', '2026-03-02T07:50:00Z'],
      ['default', '2026-03-02T08:00:00Z'],
      ...Array.from({ length: 5 }, (): [string, string] => ['node', '2026-03-02T08:00:00Z']),
    ];
    const entries = [
      entry({ count: 20 }),
      entry({ start: '2026-03-02T08:45', count: 5 }),
      entry({ template: 'node', count: 3 }),
    ];

    expect(stillWanted(entries, came)).toEqual({ default: 23, node: 0 });
  });

  it('keeps waiting for a launch, however many come to what is on all day', () => {
    const allDay = entry({ start: '2026-03-02T01:00', duration: '12h', count: 20 });
    const came = Array.from({ length: 300 }, (): [string, string] => ['default', '2026-03-02T06:00:00Z']);

    expect(stillWanted([allDay, entry({ count: 200 })], came)).toEqual({ default: 200 });
  });

  it('counts nobody for two occasions, and waits for no more than all of them want', () => {
    const minutes = fc.integer({ min: 0, max: 60 });
    const occasions = fc.array(fc.record({ minute: minutes, count: fc.integer({ min: 1, max: 20 }) }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(occasions, fc.array(minutes, { maxLength: 60 }), (some, arrivals) => {
        const time = (minute: number): string =>
          `2026-03-02T${minute === 60 ? '08:00' : `07:${`${minute}`.padStart(2, '0')}`}`;
        const entries = some.map(({ minute, count }) =>
          entry({ start: time(minute), time_zone: 'Etc/UTC', duration: '4h', count }),
        );
        const came = arrivals.map((minute): [string, string] => ['default', `${time(minute)}:00Z`]);
        const { default: left = 0 } = stillWanted(entries, came);
        const all = some.reduce((sum, { count }) => sum + count, 0);
        const latest = Math.max(...some.map(({ minute }) => minute));

        expect(left).toBeLessThanOrEqual(all);
        expect(left).toBeGreaterThanOrEqual(all - arrivals.length);
        expect(left).toBeLessThanOrEqual(Math.max(0, all - arrivals.filter((minute) => minute >= latest).length));
      }),
    );
  });

  it('waits for all of them until it starts', () => {
    const { slots } = wantedAt([entry({ start: '2026-03-02T09:15', count: 20 })], NOW, 'default', (_, sinceMs) =>
      sinceMs >= NOW ? 0 : 5,
    );
    expect(slots).toMatchObject([{ count: 20 }]);
  });

  function stillWanted(entries: CalendarEntry[], came: [string, string][]): Record<string, number> {
    const { slots } = wantedAt(
      entries,
      NOW,
      'default',
      (template, sinceMs) => came.filter(([of, time]) => of === template && at(time) >= sinceMs).length,
    );
    return Object.fromEntries(slots.map(({ template, count }) => [template, count]));
  }

  it('names the people of a roster, with their own template or that of the entry, and how long each is held', () => {
    const roster = [{ dev_id: 'user123' }, { dev_id: 'ada', project: 'web', template: 'bare' }];
    const until = { untilMs: at('2026-03-02T10:00:00Z'), reason: 'Launch' };
    expect(wantedAt([entry({ roster, template: 'node' })], NOW, 'default')).toEqual({
      slots: [],
      roster: [
        { dev_id: 'ada', project: 'web', template: 'bare', ...until },
        { dev_id: 'user123', template: 'node', ...until },
      ],
    });
  });

  it('prepares somebody who is on two rosters once, by the one that holds longer, whatever their order', () => {
    const short = entry({ roster: [{ dev_id: 'ada' }], template: 'node' });
    const long = entry({ roster: [{ dev_id: 'ada' }], duration: '3h' });
    for (const entries of [
      [short, long],
      [long, short],
    ])
      expect(wantedAt(entries, NOW, 'default').roster).toMatchObject([
        { dev_id: 'ada', template: 'default', untilMs: at('2026-03-02T11:00:00Z') },
      ]);
  });

  it('does not depend on the order of entries', () => {
    const entries = fc.shuffledSubarray(
      [
        entry(),
        entry({ count: 1, reason: 'Course' }),
        entry({ roster: [{ dev_id: 'ada' }], reason: 'Course' }),
        entry({ roster: [{ dev_id: 'ada' }, { dev_id: 'bob' }], template: 'bare' }),
      ],
      { minLength: 4 },
    );
    const once = wantedAt(fc.sample(entries, 1)[0] ?? [], NOW, 'default');
    fc.assert(fc.property(entries, (shuffled) => void expect(wantedAt(shuffled, NOW, 'default')).toEqual(once)));
  });
});

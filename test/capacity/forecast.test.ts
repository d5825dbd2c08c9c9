import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectedStarts, forecastSlots, lastValue } from '../../src/capacity/forecast.ts';

const [MINUTE_MS, DAY] = [60_000, 288];
const WEEK = 7 * DAY;
const BUCKET_MS = 5 * MINUTE_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Starts in each bucket up to now, told by its number from the beginning of the record. */
function demand(buckets: number, count: (bucket: number) => number) {
  return { bucketMs: BUCKET_MS, counts: Array.from({ length: buckets }, (_, bucket) => count(bucket)) };
}

const expectedWithinTheHour = (buckets: number, count: (bucket: number) => number): number =>
  expectedStarts(demand(buckets, count), HOUR_MS);

/** Twelve in every bucket from 9 to 12 o'clock of every day, or of the days that are told. */
const mornings =
  (isWorkingDay = (_day: number): boolean => true) =>
  (bucket: number): number => {
    const hour = (bucket % DAY) / 12;
    return hour >= 9 && hour < 12 && isWorkingDay(Math.floor(bucket / DAY)) ? 12 : 0;
  };

describe('the forecast', () => {
  it('expects, where nothing changes, what always was', () => {
    for (const buckets of [DAY * 2, WEEK + DAY, 5 * WEEK])
      expect(expectedWithinTheHour(buckets, () => 3)).toBeCloseTo(36);
  });

  it('knows of the morning before it comes, which the last value does not', () => {
    const beforeNine = demand(2 * WEEK + 9 * 12, mornings());
    expect(expectedStarts(beforeNine, HOUR_MS)).toBeGreaterThan(80);
    expect(lastValue(beforeNine, HOUR_MS)).toBe(0);
  });

  it('knows the days of the week from each other once a week is recorded, and until then takes the day before', () => {
    const workingDays = mornings((day) => day % 7 < 5);
    const saturday = 5 * DAY + 9 * 12 + 12;
    expect(expectedWithinTheHour(WEEK + saturday, workingDays)).toBe(0);
    const firstSaturday = expectedWithinTheHour(saturday, workingDays);
    expect(firstSaturday).toBeGreaterThan(0);
    // By then it is seen that nobody comes.
    expect(firstSaturday).toBeLessThan(50);
  });

  it('takes as usual what four weeks were like on average, and no more of them', () => {
    const inWeek = (week: number) => (bucket: number) => (Math.floor(bucket / WEEK) === week ? 4 : 0);
    const onThursdayOfTheSeventh = (week: number) => expectedWithinTheHour(6 * WEEK + 3 * DAY, inWeek(week));
    expect(onThursdayOfTheSeventh(1)).toBe(0);
    // Nobody came of late: of what is usual, three tenths are expected.
    for (const week of [2, 3, 4, 5]) expect(onThursdayOfTheSeventh(week)).toBeCloseTo((0.3 * 48) / 4);
  });

  it('expects a part of what there was more of late than is usual, as much more whatever is usual', () => {
    const surge = (usual: number) => demand(2 * WEEK, (bucket) => usual + (bucket >= 2 * WEEK - 6 ? 10 : 0));
    for (const usual of [0, 5]) expect(expectedStarts(surge(usual), HOUR_MS)).toBeCloseTo(12 * usual + 0.7 * 120);
  });

  it('expects fewer by a part of the share that was missing of late, and never fewer than none', () => {
    const lull = (count: number) => demand(2 * WEEK, (bucket) => (bucket >= 2 * WEEK - 6 ? count : 10));
    expect(expectedStarts(lull(5), HOUR_MS)).toBeCloseTo(120 * 0.65);
    expect(expectedStarts(lull(0), HOUR_MS)).toBeCloseTo(120 * 0.3);
    // A morning on which nobody comes: of those few who usually come after it, a part is expected still.
    const noon = 2 * WEEK + 12 * 12;
    const quiet = demand(noon, (bucket) => (bucket < noon - 3 * 12 ? 1 + mornings()(bucket) : 0));
    expect(expectedStarts(quiet, HOUR_MS)).toBeGreaterThan(12 * 0.3);
  });

  it('goes by what there was of late where not even a day is recorded', () => {
    expect(expectedWithinTheHour(0, () => 0)).toBe(0);
    for (const buckets of [6, DAY]) expect(expectedWithinTheHour(buckets, () => 10)).toBeCloseTo(0.7 * 120);
  });

  it('is a number that is not negative, whatever is recorded, and the longer the horizon the larger', () => {
    const counts = fc.array(fc.nat(50), { maxLength: 40 });
    const horizon = fc.integer({ min: 1, max: 5 }).map((hours) => hours * HOUR_MS);
    fc.assert(
      fc.property(counts, fc.nat(3 * WEEK), horizon, (some, buckets, horizonMs) => {
        const recorded = demand(buckets, (bucket) => some[(bucket * 7) % some.length] ?? 0);
        const expected = expectedStarts(recorded, horizonMs);
        expect(expected).toBeGreaterThanOrEqual(0);
        expect(expectedStarts(recorded, horizonMs + HOUR_MS)).toBeGreaterThanOrEqual(expected);
      }),
      { numRuns: 50 },
    );
  });

  it('asks for slots until those are made that the next plan asks for, and for what starts scatter', () => {
    const steady = demand(WEEK * 2, () => 10);
    // Twelve in a bucket and the minute after it, 40 in one and the quarter of an hour after it; and the roots of these.
    expect(forecastSlots(steady, MINUTE_MS)).toBe(Math.ceil(12 + Math.sqrt(12)));
    expect(forecastSlots(steady, 15 * MINUTE_MS)).toBe(Math.ceil(40 + Math.sqrt(40)));
    const nothing = demand(WEEK, () => 0);
    expect(forecastSlots(nothing, MINUTE_MS)).toBe(0);
  });
});

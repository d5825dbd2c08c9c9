import type { Demand } from './demand.ts';

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** So many weeks are looked back, where they are recorded. */
const MOST_WEEKS = 4;
/** What is usual at a time is taken from a while around it: people are as punctual as that. */
const AROUND_MS = 1_800_000;
/** What there was of late. */
const RECENT_MS = 1_800_000;
/** How much of what is unusual of late is expected to go on. */
const TREND = 0.7;

/**
 * As many slots as the forecast asks for: they serve what is to be expected until those are made that the next plan asks
 * for, a bucket later, and as much more as independent starts scatter, which is the root of their number.
 * @param makeMs how long it takes to make a slot
 */
export function forecastSlots(demand: Demand, makeMs: number): number {
  const expected = expectedStarts(demand, demand.bucketMs + makeMs);
  return Math.ceil(expected + Math.sqrt(expected));
}

/**
 * How many starts are to be expected within the horizon: as many as usual at this time of the week, or of the day where
 * less than a week is recorded. Of late there may have been more than is usual, which goes on for a part; or fewer, by a
 * share that goes on for a part. Where not even a day is recorded, nothing is usual.
 */
export function expectedStarts(demand: Demand, horizonMs: number): number {
  const usual = usually(demand, 0, horizonMs, AROUND_MS);
  const before = usually(demand, -RECENT_MS, 0, 0);
  const recent = startsWithin(demand, -RECENT_MS, 0);
  if (recent >= before) return usual + (TREND * (recent - before) * horizonMs) / RECENT_MS;
  return usual * (1 - TREND * (1 - recent / before));
}

/** As many as there were of late, by the length of the horizon: what the forecast is compared with. */
export function lastValue(demand: Demand, horizonMs: number): number {
  return (startsWithin(demand, -RECENT_MS, 0) * horizonMs) / RECENT_MS;
}

/**
 * How many starts there were on average between two moments, told from now, in the weeks before, or the day before.
 * @param aroundMs from how long before and after them that is taken
 */
function usually(demand: Demand, fromMs: number, untilMs: number, aroundMs: number): number {
  const known = demand.counts.length * demand.bucketMs - RECENT_MS - AROUND_MS;
  const weeks = Math.min(MOST_WEEKS, Math.floor(known / WEEK_MS));
  const [seasonMs, seasons] = weeks > 0 ? [WEEK_MS, weeks] : [DAY_MS, 1];
  if (known < seasonMs) return 0;
  let sum = 0;
  for (let backMs = seasonMs; backMs <= seasons * seasonMs; backMs += seasonMs)
    sum += startsWithin(demand, fromMs - aroundMs - backMs, untilMs + aroundMs - backMs);
  const longMs = untilMs - fromMs;
  return ((sum / seasons) * longMs) / (longMs + 2 * aroundMs);
}

/** Starts between two moments, told from now; within a bucket they are spread evenly. */
function startsWithin({ counts, bucketMs }: Demand, fromMs: number, untilMs: number): number {
  const from = counts.length + fromMs / bucketMs;
  const until = counts.length + untilMs / bucketMs;
  let sum = 0;
  for (let index = Math.max(0, Math.floor(from)); index < until; index++)
    sum += (counts[index] ?? 0) * (Math.min(until, index + 1) - Math.max(from, index));
  return sum;
}

import { countStarts, type Demand, type Start } from './demand.ts';
import { countsIn, type Tally, tally } from './tally.ts';

/** The forecast is back-tested with buckets of this length. */
export const BUCKET_MS = 300_000;
/** As long as the forecast looks back: four weeks, and an hour around that. */
const KEPT_MS = 28 * 86_400_000 + 3_600_000;

/** What was asked for in the last weeks. Times are in milliseconds since the epoch. */
export interface DemandRecord {
  /** Before that, nothing is known. */
  sinceMs: number;
  /** Up to here all starts are counted: it is the end of a bucket. */
  untilMs: number;
  /** By template. */
  starts: Record<string, Tally>;
}

export function emptyRecord(atMs: number): DemandRecord {
  return { sinceMs: atMs, untilMs: bucketOf(atMs) * BUCKET_MS, starts: {} };
}

/**
 * The record with all buckets that have ended by a moment. What came since then is to be told again.
 * @param starts all that came since the end of the record, in any order; others are of no matter
 */
export function withStarts(record: DemandRecord, starts: readonly Start[], atMs: number): DemandRecord {
  const untilMs = Math.max(record.untilMs, bucketOf(atMs) * BUCKET_MS);
  if (untilMs === record.untilMs) return record;
  const counts = new Map(Object.entries(record.starts).map(([template, text]) => [template, countsIn(text)]));
  for (const { template, atMs } of starts) {
    if (atMs < Math.max(record.untilMs, record.sinceMs) || atMs >= untilMs) continue;
    const known = counts.get(template) ?? new Map<number, number>();
    known.set(bucketOf(atMs), (known.get(bucketOf(atMs)) ?? 0) + 1);
    counts.set(template, known);
  }
  const first = bucketOf(untilMs - KEPT_MS);
  const kept = [...counts].flatMap(([template, known]) => {
    const recent = [...known].filter(([bucket]) => bucket >= first);
    return recent.length === 0 ? [] : [[template, tally(new Map(recent))] as const];
  });
  return { ...record, untilMs, starts: Object.fromEntries(kept.sort(([one], [other]) => (one < other ? -1 : 1))) };
}

/** What the forecast of a template is made from: the whole buckets of which all is known. */
export function demandFor({ sinceMs, untilMs, starts }: DemandRecord, template: string): Demand {
  const fromMs = Math.max(sinceMs, untilMs - KEPT_MS);
  const counts = countStarts([], fromMs, untilMs, BUCKET_MS);
  const first = Math.ceil(fromMs / BUCKET_MS);
  for (const [bucket, count] of countsIn(starts[template] ?? '')) if (bucket >= first) counts[bucket - first] = count;
  return { bucketMs: BUCKET_MS, counts };
}

/**
 * The starts of a record, in order. When in its bucket each came is not known any more: those of one are spread over it.
 * @param most how many of them at the most: the latest
 */
export function startsIn({ starts }: DemandRecord, most: number): Start[] {
  const counts = Object.entries(starts).map(([template, text]) => [template, countsIn(text)] as const);
  const buckets = [...new Set(counts.flatMap(([, known]) => [...known.keys()]))].sort((one, other) => other - one);
  const found: Start[] = [];
  for (const bucket of buckets) {
    const some = counts.flatMap(([template, known]) => spread(template, bucket, known.get(bucket) ?? 0));
    // The latest first, until there are enough.
    found.push(...some.sort((one, other) => other.atMs - one.atMs));
    if (found.length >= most) break;
  }
  return found.slice(0, most).reverse();
}

function spread(template: string, bucket: number, count: number): Start[] {
  return Array.from({ length: count }, (_, index) => {
    return { atMs: Math.floor((bucket + (index + 0.5) / count) * BUCKET_MS), template };
  });
}

/**
 * How many starts of a template there were since a moment. Of the bucket that it lies in, all count that are in the record: it
 * is not known any more when in it they came.
 * @param later those that came after the end of the record, and maybe others
 */
export function startsSince(record: DemandRecord, later: readonly Start[], template: string, sinceMs: number): number {
  const first = bucketOf(sinceMs);
  const counted = [...countsIn(record.starts[template] ?? '')].filter(([bucket]) => bucket >= first);
  const fromMs = Math.max(record.untilMs, sinceMs);
  const others = later.filter((start) => start.template === template && start.atMs >= fromMs);
  return counted.reduce((sum, [, count]) => sum + count, others.length);
}

function bucketOf(atMs: number): number {
  return Math.floor(atMs / BUCKET_MS);
}

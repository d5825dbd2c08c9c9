import { z } from 'zod';

/** A start that somebody asked for. */
export interface Start {
  /** In milliseconds since the epoch. */
  atMs: number;
  template: string;
}

/** How many starts there were, bucket by bucket without a gap; the last bucket ends now. */
export interface Demand {
  bucketMs: number;
  counts: ArrayLike<number>;
}

const time = z.iso.datetime({ offset: true });
const HEADER = 'time,template';

/**
 * Reads a record of starts: lines of `time,template`, in any order, with or without that line as a header.
 * @throws RangeError naming the first line that is wrong
 */
export function parseStarts(csv: string): Start[] {
  const starts: Start[] = [];
  for (const [index, line] of csv.split(/\r?\n/).entries()) {
    if (line === '' || (index === 0 && line === HEADER)) continue;
    const [at = '', template, ...rest] = line.split(',');
    const fault = (what: string): RangeError => new RangeError(`Line ${index + 1}: '${what}.`);
    if (!template || rest.length > 0) throw fault(`${line}' must be a time, a comma and the name of a template`);
    if (!time.safeParse(at).success) throw fault(`${at}' must be a time of RFC 3339 such as 2026-03-02T09:00:00Z`);
    starts.push({ atMs: Date.parse(at), template });
  }
  return starts;
}

/** Writes a record of starts as {@link parseStarts} reads it. */
export function formatStarts(starts: readonly Start[]): string {
  const lines = starts.map(({ atMs, template }) => `${new Date(atMs).toISOString()},${template}`);
  return `${[HEADER, ...lines].join('\n')}\n`;
}

/**
 * Counts starts by the whole buckets between two moments, which begin at multiples of their length.
 * @param timesMs when starts came, in milliseconds since the epoch, in any order
 */
export function countStarts(
  timesMs: readonly number[],
  fromMs: number,
  untilMs: number,
  bucketMs: number,
): Uint32Array {
  const first = Math.ceil(fromMs / bucketMs);
  const counts = new Uint32Array(Math.max(0, Math.floor(untilMs / bucketMs) - first));
  for (const atMs of timesMs) {
    const index = Math.floor(atMs / bucketMs) - first;
    if (index >= 0 && index < counts.length) counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts;
}

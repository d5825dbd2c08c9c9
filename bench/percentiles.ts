/** What a series of durations comes to, in milliseconds. */
export interface Percentiles {
  count: number;
  p50: number;
  p90: number;
  p99: number;
}

/** The percentiles of a series, by nearest rank. */
export function percentiles(durationsMs: readonly number[]): Percentiles {
  const sorted = [...durationsMs].sort((a, b) => a - b);
  const rank = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return { count: sorted.length, p50: rank(0.5), p90: rank(0.9), p99: rank(0.99) };
}

/** How long something took, in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Does something `count` times with `callers` at once. */
export async function together(
  callers: number,
  count: number,
  work: (index: number) => Promise<unknown>,
): Promise<{ durationsMs: number[]; perSecond: number }> {
  const durationsMs: number[] = [];
  let next = 0;
  const caller = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) durationsMs.push(await timed(() => work(index)));
  };
  const totalMs = await timed(() => Promise.all(Array.from({ length: callers }, caller)));
  return { durationsMs, perSecond: (1000 * count) / totalMs };
}

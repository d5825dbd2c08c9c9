import type { QueueStats } from '../../temporal/queue-stats.ts';

/** What Temporal tells of a queue at one moment. */
export interface QueueReading extends Pick<QueueStats, 'waiting' | 'oldestMs' | 'takenPerSecond'> {
  /** When it told so first, in milliseconds by a clock that nobody sets. */
  at: number;
}

/** A queue, as what is read of it one time after the other shows it. */
export interface Queue extends QueueReading {
  /** Since when at least one has always waited in it, as far as that is known; none where nobody waits for long. */
  busySince?: number;
}

/** Over how many seconds Temporal averages what it tells. */
export const AVERAGED_S = 30;
/** Whoever is taken sooner than this has not waited: a worker takes what it can within milliseconds. */
export const CALM_MS = 1000;

/**
 * A queue after one more reading.
 * @param before as it was, where it is still known: it must not have been out of sight for long
 */
export function following(before: Queue | undefined, reading: QueueReading): Queue {
  if (before !== undefined && isTheSame(before, reading)) return before;
  if (reading.waiting === 0 || reading.oldestMs < CALM_MS) return reading;
  return { ...reading, busySince: before?.busySince ?? reading.at - reading.oldestMs };
}

function isTheSame(one: QueueReading, other: QueueReading): boolean {
  return (['waiting', 'oldestMs', 'takenPerSecond'] as const).every((what) => one[what] === other[what]);
}

/**
 * How many tasks a second workers take from a queue that is busy, at the most: all that was taken within the time of
 * Temporal's average counts as if it had been taken since the queue is busy. So who is refused by it would be refused by
 * the true rate as well, and it is that rate once the queue has been busy for as long.
 *
 * @returns `undefined` where nobody waits for long, so that nothing shows how many could be taken
 */
export function servedPerSecond({ at, busySince, takenPerSecond }: Queue): number | undefined {
  if (busySince === undefined) return undefined;
  const busyS = Math.max((at - busySince) / 1000, CALM_MS / 1000);
  return (takenPerSecond * AVERAGED_S) / Math.min(busyS, AVERAGED_S);
}

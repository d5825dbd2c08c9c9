import { setTimeout as sleep } from 'node:timers/promises';
import { timed } from '../percentiles.ts';

/** Does something once, for somebody whom nobody knows yet. */
export type Work<T> = () => Promise<T>;

/** What came of a load. Times are in milliseconds. */
export interface Served<T> {
  answers: { answer: T; durationMs: number }[];
  /** From the first arrival to the last answer. */
  allAfterMs: number;
}

/** All arrive at once. */
export function atOnce<T>(count: number, work: Work<T>): Promise<Served<T>> {
  return arriving(Array<number>(count).fill(0), work);
}

/** They arrive at even intervals, whatever becomes of those before: how long one took is told from when it was due. */
export function atRate<T>(perSecond: number, seconds: number, work: Work<T>): Promise<Served<T>> {
  return arriving(
    Array.from({ length: perSecond * seconds }, (_, index) => (1000 * index) / perSecond),
    work,
  );
}

/**
 * One after the other, of each kind in turn, so that a slow moment of the machine is everybody's; with a pause before each,
 * so that what one leaves to be done does not burden the next.
 */
export async function inTurns<K extends string, T>(
  count: number,
  pauseMs: number,
  works: Record<K, Work<T>>,
): Promise<Record<K, Served<T>>> {
  const kinds = Object.entries<Work<T>>(works).map(([kind, work]) => ({ kind, work, served: [] as Served<T>[] }));
  for (let round = 0; round < count; round++) {
    for (const { work, served } of kinds) {
      await sleep(pauseMs);
      served.push(await atOnce(1, work));
    }
  }
  return Object.fromEntries(kinds.map(({ kind, served }) => [kind, joined(served)])) as Record<K, Served<T>>;
}

function joined<T>(served: readonly Served<T>[]): Served<T> {
  return {
    answers: served.flatMap(({ answers }) => answers),
    allAfterMs: served.reduce((sum, { allAfterMs }) => sum + allAfterMs, 0),
  };
}

async function arriving<T>(dueMs: readonly number[], work: Work<T>): Promise<Served<T>> {
  const began = performance.now();
  const answers: Served<T>['answers'] = [];
  const arrive = async (atMs: number): Promise<void> => {
    if (atMs > 0) await sleep(Math.max(0, began + atMs - performance.now()));
    const answer = await work();
    answers.push({ answer, durationMs: performance.now() - began - atMs });
  };
  const allAfterMs = await timed(() => Promise.all(dueMs.map(arrive)));
  return { answers, allAfterMs };
}

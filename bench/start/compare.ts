import { setTimeout as sleep } from 'node:timers/promises';
import { type Percentiles, percentiles, timed, together } from '../percentiles.ts';

const WARM_UP = 5;
const ONE_BY_ONE = 40;
/** How many callers there are at once, where there are many. */
export const CALLERS = 32;
const TOGETHER = 128;
const ROUNDS = 3;
/** What a contender leaves for the cluster's controllers to do must not burden the next one. In milliseconds. */
const PAUSE_MS = 250;
const PAUSE_AFTER_MANY_MS = 4000;

/** Something to compare: does its work once. */
export type Contender = () => Promise<unknown>;

/** How fast a contender is. */
export interface Row {
  what: string;
  /** One at a time, in milliseconds. */
  oneByOne: Percentiles;
  /** With {@link CALLERS} callers at once, in milliseconds. */
  together: Percentiles;
  /** With {@link CALLERS} callers at once: the median of the rounds. */
  perSecond: number;
}

/**
 * Measures all contenders side by side: taken in turn, so that a slow moment of the machine is everybody's, and each
 * round beginning with another one, so that nobody always comes after the same.
 */
export async function compare(contenders: Record<string, Contender>): Promise<Row[]> {
  const all = Object.entries(contenders);
  for (const [, work] of all) for (let warmUp = 0; warmUp < WARM_UP; warmUp++) await work();
  const alone = new Map<string, number[]>(all.map(([what]) => [what, []]));
  for (let round = 0; round < ONE_BY_ONE; round++) {
    for (const [what, work] of rotated(all, round)) {
      await sleep(PAUSE_MS);
      alone.get(what)?.push(await timed(work));
    }
  }
  const crowded = new Map<string, { durationsMs: number[]; rates: number[] }>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [what, work] of rotated(all, round)) {
      await sleep(PAUSE_AFTER_MANY_MS);
      const { durationsMs, perSecond } = await together(CALLERS, TOGETHER, work);
      const before = crowded.get(what) ?? { durationsMs: [], rates: [] };
      crowded.set(what, {
        durationsMs: [...before.durationsMs, ...durationsMs],
        rates: [...before.rates, perSecond],
      });
    }
  }
  return all.map(([what]) => {
    const { durationsMs = [], rates = [] } = crowded.get(what) ?? {};
    return {
      what,
      oneByOne: percentiles(alone.get(what) ?? []),
      together: percentiles(durationsMs),
      perSecond: percentiles(rates).p50,
    };
  });
}

function rotated<T>(items: T[], by: number): T[] {
  const first = by % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}

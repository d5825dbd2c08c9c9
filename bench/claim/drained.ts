import { type Percentiles, percentiles } from '../percentiles.ts';
import { atOnce } from './load.ts';
import type { Answer, People } from './people.ts';
import type { Pool } from './pool.ts';
import { COLD } from './templates.ts';

/** What becomes of a pool that twice as many want of as it has. Times are in milliseconds. */
export interface Drained {
  slots: number;
  /** Those who found a slot, and those who did not. */
  warm: Percentiles;
  cold: Percentiles;
  refused: number;
  /** Cold starts a second, until the last answer; beside as many cold starts at once with nothing else to do. */
  coldPerSecond: number;
  besidePerSecond: number;
  /** From the first start until it is full again, and nobody has asked for that. */
  fullAgainAfter: number;
}

/** Drains a full pool, which is left to the plans, and then makes as many cold starts as had to be made. */
export async function drain(people: People, pool: Pool, template: string, slots: number): Promise<Drained> {
  const { answers, allAfterMs } = await atOnce(2 * slots, () => people.start(template));
  const fullAgainAfter = allAfterMs + (await pool.recovered());
  await people.terminateAll();
  const of = (wanted: Answer): number[] =>
    answers.filter(({ answer }) => answer === wanted).map(({ durationMs }) => durationMs);
  const [warm, cold] = [of('warm'), of('cold')];
  const beside = await atOnce(cold.length, () => people.start(COLD));
  await people.terminateAll();
  return {
    slots,
    warm: percentiles(warm),
    cold: percentiles(cold),
    refused: of('refused').length,
    coldPerSecond: (1000 * cold.length) / Math.max(...cold),
    besidePerSecond: (1000 * cold.length) / beside.allAfterMs,
    fullAgainAfter,
  };
}

import { AVERAGED_S, type QueueReading } from '../../../src/api/admission/queue.ts';

const STEPS = 50;

/**
 * A queue into which so many tasks come in each second, evenly, and from which workers take so many a second, the oldest
 * first: what Temporal would tell of it at the end of each second, and how it went in truth.
 */
export function simulate(arrivals: readonly number[], ratePerSecond: number): QueueReading[] {
  const [added, taken]: [number[], number[]] = [[0], [0]];
  const readings: QueueReading[] = [];
  for (const [second, count] of arrivals.entries()) {
    for (let step = 0; step < STEPS; step++) {
      added.push(last(added) + count / STEPS);
      taken.push(Math.min(last(added), last(taken) + ratePerSecond / STEPS));
    }
    const window = AVERAGED_S * STEPS;
    readings.push({
      at: (second + 1) * 1000,
      waiting: Math.round(last(added) - last(taken)),
      oldestMs: oldestMs(added, last(taken)),
      // It has been idle for long before.
      takenPerSecond: (last(taken) - (taken.at(-1 - window) ?? 0)) / AVERAGED_S,
    });
  }
  return readings;
}

function oldestMs(added: readonly number[], taken: number): number {
  const oldest = added.findIndex((count) => count > taken + 1e-9);
  return oldest < 0 ? 0 : ((added.length - oldest) * 1000) / STEPS;
}

function last(values: readonly number[]): number {
  return values.at(-1) ?? 0;
}

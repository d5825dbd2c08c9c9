import { setTimeout as pause } from 'node:timers/promises';

const TICK_MS = 5;

/** What became of requests that came at their own rate. */
export interface Load {
  /** From when each was due, so that nobody's wait is left out because others waited as well. */
  readonly latenciesMs: number[];
  /** What was wrong, of each that failed. */
  readonly failures: string[];
}

/**
 * Makes so many requests a second, whether or not those before are answered, until the end, and waits for all of them.
 * @param make makes one, by its number; throws where the answer is not as it should be
 */
export async function openLoop(
  perSecond: number,
  end: AbortSignal,
  make: (index: number) => Promise<void>,
): Promise<Load> {
  const load: Load = { latenciesMs: [], failures: [] };
  const began = performance.now();
  const dueAt = (index: number): number => began + (1000 * index) / perSecond;
  const one = async (index: number): Promise<void> => {
    try {
      await make(index);
    } catch (error) {
      const at = Math.round(dueAt(index) - began);
      load.failures.push(`${at} ms: ${error instanceof Error ? (error.cause ?? error.message) : error}`);
    }
    load.latenciesMs.push(performance.now() - dueAt(index));
  };
  const requests: Promise<void>[] = [];
  while (!end.aborted) {
    while (dueAt(requests.length) <= performance.now()) requests.push(one(requests.length));
    await pause(TICK_MS);
  }
  await Promise.all(requests);
  return load;
}

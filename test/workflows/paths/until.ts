import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 100;
const PATIENCE_MS = 60_000;

/**
 * Waits until something is so.
 * @throws Error that names it where it does not come to be within a minute
 */
export async function until(what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
  const patienceEnds = Date.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (Date.now() > patienceEnds) throw new Error(`It did not come about that ${what}.`);
    await sleep(POLL_MS);
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterError } from './errors.ts';

/** How long each repetition waits at the least, in milliseconds. */
const PAUSES_MS = [100, 300];
/** Whoever is to wait longer is told so, and decides what else is done meanwhile. */
const LONGEST_PAUSE_MS = 1000;

/**
 * Makes a call, and twice again where the apiserver answers that it cannot do it just now. A step makes a dozen calls: were
 * it begun anew for each answer of this kind, an apiserver in distress would be asked several times as often.
 * @throws ClusterError the last
 */
export async function repeated<T>(call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (const pauseMs of PAUSES_MS) {
    try {
      return await call();
    } catch (error) {
      const waitMs = Math.max(pauseMs, retryAfterMs(error));
      if (waitMs > LONGEST_PAUSE_MS) throw error;
      // A call that is cancelled meanwhile says so itself.
      await sleep(waitMs, undefined, signal && { signal }).catch(() => undefined);
    }
  }
  return await call();
}

/** How long a call is not to be repeated, in milliseconds; for ever where the apiserver has decided it, or did not answer. */
function retryAfterMs(error: unknown): number {
  const isForNow = error instanceof ClusterError && (error.status === 429 || (error.status ?? 0) >= 500);
  return isForNow ? (error.retryAfterMs ?? 0) : Number.POSITIVE_INFINITY;
}

/** Nobody is told to stay away for longer: much may have changed by then. */
export const LONGEST_MS = 300_000;
/** Where nothing shows how fast anything goes, all come within so long. */
export const UNKNOWN_MS = 5000;

/** When somebody is told to come back, and the moment after which the next one is. */
export interface Return {
  inMs: number;
  nextAt: number;
}

/** For how long it is too early, and how many a second are served from then on, where that is known. */
export interface Excess {
  excessMs: number;
  perSecond: number | undefined;
}

/**
 * When whoever is refused is to come back: once there is room, and one after the other at the rate at which they are
 * served, as all at once would be refused again.
 *
 * @param nextAt the moment after which the one refused before was told to come
 * @param random from 0 to 1
 */
export function comeBack(
  { excessMs, perSecond }: Excess,
  { now, nextAt }: { now: number; nextAt: number },
  random: number,
): Return {
  const earliest = now + excessMs;
  const at = perSecond ? Math.max(earliest, nextAt) : earliest;
  // Beyond the longest time there is no order any more, only a spread.
  if (at - now >= LONGEST_MS) return { inMs: LONGEST_MS * (0.5 + random / 2), nextAt };
  const betweenMs = perSecond ? 1000 / perSecond : UNKNOWN_MS;
  const inMs = Math.min(at - now + betweenMs * random, LONGEST_MS);
  return { inMs, nextAt: perSecond ? at + betweenMs : nextAt };
}

/** As the header has it: whole seconds, and never none. */
export function retryAfter(inMs: number): string {
  return String(Math.max(1, Math.ceil(inMs / 1000)));
}

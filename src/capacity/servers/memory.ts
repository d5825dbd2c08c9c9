/** What is remembered of the servers of a kind. */
export interface ServersLedger {
  /** How many were planned last. */
  desired: number;
  /** For how many rounds in a row fewer would have done. */
  quietRounds: number;
  /** When the last round was, in milliseconds since the epoch: a plan soon after it is none of its own. */
  roundAtMs: number;
  /** What one server does. */
  ofOne: OfOne;
  /** Since when as many cannot keep up, in milliseconds since the epoch. Missing where they can, or are to be others. */
  behindSinceMs?: number;
}

/** What one server does when it does all that it can. Missing as long as none ever had to. */
export interface OfOne {
  tasksPerSecond?: number;
  startsPerMinute?: number;
}

/** How much a lower measurement counts: what is measured lags behind at the beginning of a surge, and is low then. */
const WEIGHT = 0.2;

/** What one server does, after another measurement of servers that were all busy. */
export function measured(known: number | undefined, now: number | undefined): number | undefined {
  if (now === undefined || now <= 0) return known;
  return known === undefined || now >= known ? now : known + WEIGHT * (now - known);
}

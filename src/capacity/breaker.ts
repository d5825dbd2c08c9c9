/** A version is set aside after so many failures in a row. */
export const MOST_FAILURES = 3;
const FIRST_PAUSE_MS = 300_000;
const LONGEST_PAUSE_MS = 3_600_000;

/** How it went of late to make slots of one version of a template. Times are in milliseconds since the epoch. */
export interface Outcome {
  digest: string;
  /** How many have failed since one last became ready. */
  failedInARow: number;
  lastFailedAt?: number;
  /** When one last became ready; missing where none ever did. */
  lastMadeAt?: number;
}

/** A version of a template that is set aside, since its slots keep failing. */
export interface Breaker {
  digest: string;
  failures: number;
  /** When one slot of it is tried again, in milliseconds since the epoch. */
  trialAt: number;
}

/** Which version slots are made of, if any, and whether the current one is set aside. */
export interface Choice {
  digest?: string;
  breaker?: Breaker;
}

/**
 * Chooses the version to make: the current one, or the last good one while that is set aside. It is tried again now and
 * then, ever more rarely, since what failed may have been the world; a success or a newer version closes the breaker.
 */
export function choose(current: string, outcomes: readonly Outcome[]): Choice {
  const { failedInARow, lastFailedAt = 0 } = outcomeOf(current, outcomes);
  if (failedInARow < MOST_FAILURES) return { digest: current };
  const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (failedInARow - MOST_FAILURES), LONGEST_PAUSE_MS);
  const breaker = { digest: current, failures: failedInARow, trialAt: lastFailedAt + pauseMs };
  const [good] = outcomes
    .filter(({ lastMadeAt, failedInARow }) => lastMadeAt !== undefined && failedInARow < MOST_FAILURES)
    .sort((one, other) => (other.lastMadeAt ?? 0) - (one.lastMadeAt ?? 0) || (one.digest < other.digest ? -1 : 1));
  return { ...(good && { digest: good.digest }), breaker };
}

/** How many slots of a version may be in the making at once: what is not known to work fails only so often. */
export function mostInMaking(digest: string, outcomes: readonly Outcome[]): number {
  const { lastMadeAt, failedInARow } = outcomeOf(digest, outcomes);
  if (lastMadeAt !== undefined && failedInARow === 0) return Number.POSITIVE_INFINITY;
  return Math.max(1, MOST_FAILURES - failedInARow);
}

function outcomeOf(digest: string, outcomes: readonly Outcome[]): Outcome {
  return outcomes.find((one) => one.digest === digest) ?? { digest, failedInARow: 0 };
}

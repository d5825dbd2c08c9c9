import type { Outcome } from './breaker.ts';

/** How long it takes to make a slot, as long as that was never measured, in milliseconds. */
const UNMEASURED_MS = 60_000;
/** How much the latest slot counts. */
const WEIGHT = 0.2;
/** So many versions of a template are remembered. */
const MOST_VERSIONS = 5;

/** The making of a slot, which has ended. Times are in milliseconds since the epoch. */
export interface Making {
  template: string;
  digest: string;
  endedAtMs: number;
  tookMs: number;
  /** By which workflow it was made. */
  by: Execution;
  /** Why it failed, where it did. */
  failure?: string;
}

/** One run of a workflow. */
export interface Execution {
  workflowId: string;
  runId: string;
}

/** What is known of a version of a template. */
export interface KnownVersion extends Outcome {
  /** In the words of whatever made the last one fail. */
  failure?: string;
  /** What made the last good slot: it still says of what. */
  madeBy?: Execution;
}

/** What is known of the making of slots of a template. */
export interface Experience {
  /** How long it takes, as a moving average, in milliseconds. */
  makeMs: number;
  versions: readonly KnownVersion[];
}

export const NO_EXPERIENCE: Experience = { makeMs: UNMEASURED_MS, versions: [] };

/** What is known after some more slots were made, in the order in which they ended. */
export function withMakings(known: Experience, makings: readonly Making[]): Experience {
  const { makeMs, versions } = known;
  return makings.toSorted(inOrder).reduce(withMaking, { makeMs, versions });
}

function withMaking({ makeMs, versions }: Experience, making: Making): Experience {
  const { digest, failure, endedAtMs, tookMs, by } = making;
  const before = versions.find((one) => one.digest === digest) ?? { digest, failedInARow: 0 };
  const after: KnownVersion =
    failure === undefined
      ? { digest, failedInARow: 0, lastMadeAt: endedAtMs, madeBy: by }
      : { ...before, failedInARow: before.failedInARow + 1, lastFailedAt: endedAtMs, failure };
  const others = versions.filter((one) => one.digest !== digest);
  const isFirst = versions.every(({ lastMadeAt }) => lastMadeAt === undefined);
  const averageMs = isFirst ? tookMs : makeMs + WEIGHT * (tookMs - makeMs);
  return {
    // How long it takes to fail says nothing.
    makeMs: failure === undefined ? Math.round(averageMs) : makeMs,
    versions: [after, ...others].slice(0, MOST_VERSIONS),
  };
}

/** Those that ended at the same moment have an order as well, or it would be another one the next time. */
function inOrder(one: Making, other: Making): number {
  return one.endedAtMs - other.endedAtMs || (one.by.runId < other.by.runId ? -1 : 1);
}

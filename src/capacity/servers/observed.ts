import type { Reading } from '../observation.ts';
import type { ServerLimits } from './limits.ts';
import type { ServersLedger } from './memory.ts';

/** Workers take Temporal's tasks, API servers take requests. */
export type ServerKind = 'workers' | 'api';

/** The servers of a kind that there are. */
export interface Fleet {
  /** As many as were ordered last, whether or not all of them run by now. */
  running: number;
  /** As many as there can be at all, and why, where something other than the operators says so. */
  most?: { count: number; because: string } | undefined;
  /** Between which numbers they are scaled where operators have set nothing. */
  limits?: ServerLimits | undefined;
  /** Who else scales them, in words. Whoever does so is left to it. */
  autoscaler?: string | undefined;
}

/** What servers have in hand. */
export interface Occupied {
  /** How many slots of workers are in use, or how many requests are in flight. */
  count: number;
  /** How many servers that fills: the sum of what part of each is in use. */
  servers: number;
}

/** What people's queue is like in Temporal, all its tasks together. */
export interface QueueLoad {
  backlog: number;
  /** How long the oldest task of the backlog has waited. */
  ageSeconds: number;
  /** Averages over the last half minute. */
  addedPerSecond: number;
  dispatchedPerSecond: number;
}

/** What starts are to be expected, and why. */
export interface ExpectedStarts {
  perMinute: number;
  because: string;
}

/** What is known of the servers of a kind. A reading that could not be made is missing, and counts as stale. */
export interface ServersObserved {
  kind: ServerKind;
  fleet?: Reading<Fleet>;
  /** Why it could not be read how many there are. */
  failure?: string;
  /** What operators have set, where they have. */
  limits?: ServerLimits;
  occupied?: Reading<Occupied>;
  /** For workers only. */
  queue?: Reading<QueueLoad>;
  expected?: Reading<ExpectedStarts>;
  /** How many starts there were of late. */
  startsPerMinute?: Reading<number>;
  last?: ServersLedger;
}

import type { DemandRecord } from './demand-record.ts';
import type { Ledger } from './ledger.ts';
import type { Observation, Reading } from './observation.ts';
import type { Expectation } from './prepared.ts';
import type { ServersObserved } from './servers/observed.ts';

/** As much room as is never filled, where no node is needed: it is only a matter of what operators have set. */
export const UNLIMITED = 100_000;

/** All that capacity is planned by, as it was at a moment. */
export interface Observed {
  /** In milliseconds since the epoch. */
  atMs: number;
  pools: ObservedPool[];
  /** How many more slots fit into the cluster; missing where that cannot be told. */
  headroom?: Reading<number>;
  expectation: Expectation;
  /** Missing where nobody scales any. */
  servers?: ServersObserved[];
  /** What is remembered by now. */
  ledger: Ledger;
  /** Missing where it is as it was. */
  demand?: DemandRecord;
  /** Whether it could not be read what was remembered before: that stands. */
  isForgetful?: boolean;
}

/** What is known of the slots of one template. */
export interface ObservedPool extends Observation {
  /** Whether its slots take room on nodes. */
  takesRoom: boolean;
  /** Starts since the last plan that found a slot, and that did not. */
  newly: { hits: number; misses: number };
}

import type { Identity } from '../environment/identity.ts';
import type { Slot } from './observation.ts';
import type { PoolPlan } from './pool-plan.ts';
import type { ServersReport } from './servers/report.ts';
import type { Settings } from './settings.ts';

/** What was planned last, by what it was planned, and how pools have done: as operators are shown it. Times are RFC 3339 in UTC. */
export interface CapacityReport {
  at: string;
  /** Whether it was only planned. */
  dry_run: boolean;
  settings: Settings;
  /** How many more slots fit into the cluster; missing where that cannot be told. */
  headroom?: number;
  pools: PoolReport[];
  /** Missing where nobody scales any, and in plans from before that could be. */
  servers?: ServersReport[];
  /** Some of those who are awaited by name: a memo does not grow with them all. */
  prepared: PreparedReport[];
  /** How many of them all there are, by state. */
  prepared_counts: Partial<Record<PreparedReport['state'], number>>;
}

/** One pool. */
export interface PoolReport {
  template: string;
  /** The version that a start gets now. */
  digest: string;
  plan: PoolPlan;
  inputs: PoolInputs;
  /** How many slots there are, by what they are doing. */
  slots: Record<Slot['state'], number>;
  usage: PoolUsage;
  /** Why the current version is set aside, where it is. */
  set_aside?: string;
}

/** What a pool was planned by. What could not be read in time is missing. */
export interface PoolInputs {
  floor: number;
  ceiling: number;
  calendar?: number;
  forecast?: number;
  claims_per_minute?: number;
  /** How long it takes to make a slot, in seconds. */
  make_seconds: number;
}

/** How a pool has done. */
export interface PoolUsage {
  since: string;
  /** Starts that found a slot, and starts that went cold. */
  hits: number;
  misses: number;
  /** Missing where nobody has started anything. */
  hit_rate?: number;
  /** How long slots have waited for somebody, all together. */
  idle_slot_hours: number;
}

/** An environment that is prepared under the name of its developer. */
export interface PreparedReport extends Identity {
  template: string;
  state: 'wanted' | Slot['state'] | 'handed over' | 'unknown';
  /** Until when it is held. */
  until: string;
  reason: string;
}

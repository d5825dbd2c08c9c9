import { metricMeter } from '@temporalio/activity';
import type { ObservedPool } from '../../capacity/observed.ts';
import type { PoolReport } from '../../capacity/report.ts';
import type { ServersReport } from '../../capacity/servers/report.ts';

/**
 * Tells what a plan has come to.
 * @param at when it was made: of several workers, the one that made the latest plan tells what is so
 */
export function showPool(
  { template, plan, slots, set_aside }: PoolReport,
  { hits, misses }: ObservedPool['newly'],
  at: string,
): void {
  const gauge = (name: string, what: string, unit = '') =>
    metricMeter.createGauge(`berth_pool_${name}`, 'int', unit, what);
  const count = (name: string, what: string) => metricMeter.createCounter(`berth_pool_${name}`, '', what);
  gauge('desired', DESIRED).set(plan.desired, { template });
  for (const [state, number] of Object.entries(slots)) gauge('slots', SLOTS).set(number, { template, state });
  gauge('set_aside', SET_ASIDE).set(set_aside === undefined ? 0 : 1, { template });
  gauge('planned_at', PLANNED_AT, 's').set(Math.floor(Date.parse(at) / 1000), { template });
  count('hits', HITS).add(hits, { template });
  count('misses', MISSES).add(misses, { template });
}

/** The same of the servers of a kind. */
export function showServers({ kind, desired, running, failure }: ServersReport, at: string): void {
  const gauge = (name: string, what: string, unit = '') =>
    metricMeter.createGauge(`berth_servers_${name}`, 'int', unit, what);
  if (desired !== undefined) gauge('desired', SERVERS_DESIRED).set(desired, { kind });
  if (running !== undefined) gauge('running', SERVERS_RUNNING).set(running, { kind });
  gauge('failed', SERVERS_FAILED).set(failure === undefined ? 0 : 1, { kind });
  gauge('planned_at', SERVERS_PLANNED_AT, 's').set(Math.floor(Date.parse(at) / 1000), { kind });
}

const DESIRED = 'How many slots of a template there should be, by the last plan.';
const SLOTS = 'How many slots of a template there are, by what they are doing.';
const SET_ASIDE = 'Whether the current version of a template is set aside, since its slots keep failing.';
const PLANNED_AT = 'When the slots of a template were last planned, in seconds since the epoch.';
const HITS = 'How many starts have found a slot.';
const MISSES = 'How many starts of a template that has a pool have found no slot.';
const SERVERS_DESIRED = 'How many servers of a kind there should be, by the last plan.';
const SERVERS_RUNNING = 'How many servers of a kind there were when that was planned.';
const SERVERS_FAILED = 'Whether there could not be as many servers of a kind as were planned, or nothing planned.';
const SERVERS_PLANNED_AT = 'When the servers of a kind were last planned, in seconds since the epoch.';

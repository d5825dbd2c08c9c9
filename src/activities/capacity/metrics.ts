import { metricMeter } from '@temporalio/activity';
import type { ObservedPool } from '../../capacity/observed.ts';
import type { PoolReport } from '../../capacity/report.ts';

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

const DESIRED = 'How many slots of a template there should be, by the last plan.';
const SLOTS = 'How many slots of a template there are, by what they are doing.';
const SET_ASIDE = 'Whether the current version of a template is set aside, since its slots keep failing.';
const PLANNED_AT = 'When the slots of a template were last planned, in seconds since the epoch.';
const HITS = 'How many starts have found a slot.';
const MISSES = 'How many starts of a template that has a pool have found no slot.';

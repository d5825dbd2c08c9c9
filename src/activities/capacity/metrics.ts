import { metricMeter } from '@temporalio/activity';
import type { ObservedPool } from '../../capacity/observed.ts';
import type { PoolReport } from '../../capacity/report.ts';

/** Tells what a plan has come to. */
export function showPool(
  { template, plan, slots, set_aside }: PoolReport,
  { hits, misses }: ObservedPool['newly'],
): void {
  const gauge = (name: string, what: string) => metricMeter.createGauge(`berth_pool_${name}`, 'int', '', what);
  const count = (name: string, what: string) => metricMeter.createCounter(`berth_pool_${name}`, '', what);
  gauge('desired', DESIRED).set(plan.desired, { template });
  for (const [state, number] of Object.entries(slots)) gauge('slots', SLOTS).set(number, { template, state });
  gauge('set_aside', SET_ASIDE).set(set_aside === undefined ? 0 : 1, { template });
  count('hits', HITS).add(hits, { template });
  count('misses', MISSES).add(misses, { template });
}

const DESIRED = 'How many slots of a template there should be, by the last plan.';
const SLOTS = 'How many slots of a template there are, by what they are doing.';
const SET_ASIDE = 'Whether the current version of a template is set aside, since its slots keep failing.';
const HITS = 'How many starts have found a slot.';
const MISSES = 'How many starts of a template that has a pool have found no slot.';

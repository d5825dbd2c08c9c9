import type { Ledger } from './ledger.ts';
import type { Observation } from './observation.ts';
import type { PoolPlan } from './pool-plan.ts';
import type { PoolReport } from './report.ts';
import type { ServersPlan } from './servers/plan.ts';

/** What the next plan must know of this one, by template. */
export function lastPlans(pools: readonly PoolPlan[]): Record<string, NonNullable<Observation['last']>> {
  const plans = pools.map(({ template, desired, serve, breaker }) => {
    return [template, { desired, serve, ...(breaker && { breaker }) }] as const;
  });
  return Object.fromEntries(plans);
}

/** The same of servers, by their kind. */
export function lastServers(plans: readonly ServersPlan[]): NonNullable<Ledger['servers']> {
  const last = plans.map(({ kind, desired, quietRounds, roundAtMs, ofOne, behindSinceMs }) => {
    const behind = behindSinceMs !== undefined && { behindSinceMs };
    return [kind, { desired, quietRounds, roundAtMs, ofOne, ...behind }] as const;
  });
  return Object.fromEntries(last);
}

/** Why versions are set aside that were not when the last plan was made. */
export function newlySetAside(pools: readonly PoolReport[], { pools: before }: Ledger): string[] {
  return pools.flatMap(({ template, plan, set_aside }) => {
    const isNew = before[template]?.last?.breaker?.digest !== plan.breaker?.digest;
    return set_aside !== undefined && isNew ? [set_aside] : [];
  });
}

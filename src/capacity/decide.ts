import { fresh } from './observation.ts';
import { type Observed, type ObservedPool, UNLIMITED } from './observed.ts';
import { plan } from './plan.ts';
import type { PoolPlan } from './pool-plan.ts';
import { type PreparedPlan, planPrepared } from './prepared.ts';
import { planServers, type ServersPlan } from './servers/plan.ts';

/** What is to be done. */
export interface Decision {
  pools: PoolPlan[];
  prepared: PreparedPlan;
  servers: ServersPlan[];
}

/** Decides from what was observed: first for those who are awaited by name, since their time is known. */
export function decide({ pools, headroom, expectation, servers = [], atMs }: Observed): Decision {
  const room = fresh(headroom);
  const prepared = planPrepared(expectation, room, atMs);
  const left = headroom && { ...headroom, value: Math.max(0, headroom.value - prepared.make.filter(takesRoom).length) };
  const planned = [
    ...plan(pools.filter(takesRoom), left, atMs).slots,
    ...plan(
      pools.filter((pool) => !takesRoom(pool)),
      { value: UNLIMITED, ageMs: 0 },
      atMs,
    ).slots,
  ];
  return {
    pools: planned.sort((one, other) => (one.template < other.template ? -1 : 1)),
    prepared,
    servers: servers.flatMap((seen) => planServers(seen, atMs) ?? []),
  };
}

function takesRoom(one: Pick<ObservedPool, 'takesRoom'>): boolean {
  return one.takesRoom;
}

import { fresh, type Observation, type Reading } from './observation.ts';
import { poolOf } from './pool.ts';
import { type PoolPlan, planPool } from './pool-plan.ts';
import { shareRoom } from './room.ts';

/** What is planned. */
export interface Plan {
  slots: PoolPlan[];
}

/**
 * Plans the slots of all templates from what was observed. It may be applied twice: slots go by name, and what is being
 * made is observed. A shortage is made good by the first plan that sees it: there is no delay that later claims restart.
 * @param headroom how many more slots fit into the cluster, beside those that there are and those being made
 * @param nowMs milliseconds since the epoch
 */
export function plan(observed: readonly Observation[], headroom: Reading<number> | undefined, nowMs: number): Plan {
  const room = fresh(headroom);
  const pools = observed
    .map((seen) => poolOf(seen, room, nowMs))
    .sort((one, other) => (one.seen.template < other.seen.template ? -1 : 1));
  const shares = shareRoom(
    pools.map(({ has, short, successors }) => ({ has, wants: has + short + successors })),
    room ?? Number.POSITIVE_INFINITY,
  );
  return { slots: pools.map((pool, index) => planPool(pool, shares[index] ?? 0, room)) };
}

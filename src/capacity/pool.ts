import { type Choice, choose, type Outcome } from './breaker.ts';
import { fresh, type Observation, type Slot } from './observation.ts';
import { step } from './step.ts';
import { type Wish, wishOf } from './wish.ts';

/** What one pool is like, and what it lacks. */
export interface Pool {
  seen: Observation;
  wish: Wish;
  /** Missing where the pool could not be seen. */
  slots?: readonly Slot[];
  outcomes: readonly Outcome[];
  choice: Choice;
  /** How many are, or will be, of use. */
  has: number;
  /** How many are missing. */
  short: number;
  /** How many more may be made, of the current version, before others go. */
  successors: number;
}

/** @param headroom how many more slots fit into the cluster, where that is known */
export function poolOf(seen: Observation, headroom: number | undefined, nowMs: number): Pool {
  const wish = wishOf(seen, headroom);
  const pool = fresh(seen.pool);
  const none = { outcomes: [], choice: { digest: seen.digest }, has: 0, short: 0, successors: 0 };
  if (pool === undefined) return { seen, wish, ...none };
  const { slots, outcomes } = pool;
  const choice = choose(seen.digest, outcomes);
  const usable = slots.filter(({ state }) => state === 'making' || state === 'ready');
  const has = usable.length;
  // Where it is not known whether there is room for more, there was for as many as the last plan had.
  const most = headroom === undefined ? wish.held : wish.count;
  const short = choice.digest === undefined ? 0 : Math.max(0, most - has);
  const old = usable.filter(({ digest }) => digest !== seen.digest).length;
  const lacking = Math.min(old, step(wish.count)) - Math.max(0, has - wish.count);
  const successors = choice.breaker ? Number(nowMs >= choice.breaker.trialAt) : Math.max(0, lacking);
  const isFixed = headroom === undefined || wish.count === 0;
  return { seen, wish, slots, outcomes, choice, has, short, successors: isFixed ? 0 : successors };
}

/** How many slots of a version are in the making. */
export function inMaking(slots: readonly Slot[], version: string): number {
  return slots.filter(({ state, digest }) => state === 'making' && digest === version).length;
}

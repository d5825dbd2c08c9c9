import { versionsOf } from '../environment/slot.ts';
import { type Breaker, mostInMaking } from './breaker.ts';
import type { Slot } from './observation.ts';
import { inMaking, type Pool } from './pool.ts';
import { reasonsOf } from './reasons.ts';
import { type Removal, removals } from './removal.ts';

/** What is planned for the slots of one template. */
export interface PoolPlan {
  template: string;
  /** How many there should be. */
  desired: number;
  /** Why, in sentences. */
  reasons: string[];
  make: { digest: string; count: number }[];
  remove: Removal[];
  /**
   * The versions that starts are served, in the order in which claims take them: what a start would build now, and then
   * the newest. Claims go by what they see, and not by a plan: of a version that is set aside, those are served that were
   * made and verified all the same, for what fails is never ready.
   */
  serve: string[];
  /** The current version, where it is set aside, and anybody wants any. */
  breaker?: Breaker;
}

/**
 * @param room how many more slots this pool may have
 * @param headroom how many more there may be in all, where that is known
 */
export function planPool(pool: Pool, room: number, headroom: number | undefined): PoolPlan {
  const { seen, wish, slots, choice, has, short } = pool;
  const { template, digest: current, last } = seen;
  const isWanted = seen.ceiling > 0 || seen.isAwaited === true;
  if (slots === undefined) {
    const { serve = [current], breaker } = last ?? {};
    const held = { template, desired: wish.held, reasons: wish.reasons, make: [], remove: [], serve };
    return { ...held, ...(breaker && isWanted && { breaker }) };
  }
  const { digest = current, breaker } = choice;
  // What cannot be made at all takes no room from others, and is wanted nevertheless.
  const fits = has + (choice.digest === undefined ? (headroom ?? 0) : room);
  const desired = Math.max(wish.held, Math.min(wish.count, fits));
  const isCramped = room === 0 && pool.successors > 0 && has <= wish.count && breaker === undefined;
  const remove = removals(slots, wish.isStale ? slots.length : staying(pool, isCramped), digest);
  return {
    template,
    desired,
    reasons: [...wish.reasons, ...reasonsOf(pool, desired, remove, isCramped)],
    make: making(pool, Math.min(room, short), Math.max(0, room - short)),
    remove,
    serve: served(slots, current, digest),
    ...(breaker && isWanted && { breaker }),
  };
}

/** Those that are missing are of the version that is chosen; those beyond them of the current one. */
function making({ seen, slots = [], outcomes, choice }: Pool, missing: number, beyond: number): PoolPlan['make'] {
  const wanted = new Map([[seen.digest, beyond]]);
  if (choice.digest !== undefined) wanted.set(choice.digest, (wanted.get(choice.digest) ?? 0) + missing);
  return [...wanted].flatMap(([digest, count]) => {
    const most = Math.min(count, mostInMaking(digest, outcomes) - inMaking(slots, digest));
    return most > 0 ? [{ digest, count: most }] : [];
  });
}

/**
 * How many ready slots stay at the least: all that are wanted. Only where there is no room for a successor does a step of
 * them go first, though never the last one; and no more of them until it is seen what comes of that.
 */
function staying({ wish, slots = [], has, successors }: Pool, isCramped: boolean): number {
  const isQuiet = slots.every(({ state }) => state === 'ready' || state === 'broken');
  const most = Math.min(has, wish.count);
  return isCramped && isQuiet ? Math.max(1, most - successors) : wish.count;
}

function served(slots: readonly Slot[], current: string, made: string): string[] {
  const ready = slots.filter(({ state }) => state === 'ready');
  const isToBeHad = made === current || ready.some(({ digest }) => digest === current);
  const versions = versionsOf(ready, current).slice(isToBeHad ? 0 : 1);
  return versions.length > 0 ? versions : [made];
}

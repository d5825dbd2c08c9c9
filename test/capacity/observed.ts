import type { Outcome } from '../../src/capacity/breaker.ts';
import type { Observation, Reading, Slot } from '../../src/capacity/observation.ts';
import { type Plan, plan } from '../../src/capacity/plan.ts';
import type { PoolPlan } from '../../src/capacity/pool-plan.ts';

export const NOW = Date.parse('2026-03-02T08:00:00Z');
export const [OLD, NEW] = [1, 2].map((version) => `sha256:${String(version).repeat(64)}`) as [string, string];
export const TEMPLATE = 'node';

/** What was read just now. */
export function read<T>(value: T): Reading<T> {
  return { value, ageMs: 0 };
}

let serial = 0;
/** So many slots, each a second younger than the one before it. */
export function slots(count: number, changes: Partial<Slot> = {}): Slot[] {
  return Array.from({ length: count }, () => {
    const name = `slot-${String(serial++).padStart(6, '0')}`;
    return { name, digest: NEW, state: 'ready', createdAt: NOW - 3_600_000 + serial * 1000, ...changes };
  });
}

/** That slots of this version can be made. */
export function works(digest: string, changes: Partial<Outcome> = {}): Outcome {
  return { digest, failedInARow: 0, lastMadeAt: NOW - 600_000, ...changes };
}

/** A pool where everything is known, and nothing is wanted but the floor. */
export function observed(pool: readonly Slot[], changes: Partial<Observation> = {}): Observation {
  return {
    template: TEMPLATE,
    digest: NEW,
    floor: 0,
    ceiling: 100,
    calendar: read({ count: 0, reasons: [] }),
    forecast: read(0),
    claimsPerMinute: read(0),
    makeMs: 60_000,
    pool: read({ slots: pool, outcomes: [works(NEW), works(OLD, { lastMadeAt: NOW - 86_400_000 })] }),
    ...changes,
  };
}

/** What is planned for the one pool that was observed. */
export function planned(seen: Observation, headroom: Reading<number> | undefined = read(1000), nowMs = NOW): PoolPlan {
  return only(plan([seen], headroom, nowMs));
}

export function only({ slots: pools }: Plan): PoolPlan {
  const [pool, ...others] = pools;
  if (pool === undefined || others.length > 0) throw new Error(`${pools.length} pools were planned, and not one.`);
  return pool;
}

/** How many of a version are made. */
export function made({ make }: PoolPlan, digest: string = NEW): number {
  return make.reduce((sum, one) => sum + (one.digest === digest ? one.count : 0), 0);
}

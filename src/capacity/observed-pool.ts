import { type DemandRecord, demandFor } from './demand-record.ts';
import { forecastSlots } from './forecast.ts';
import { type Ledger, type PoolLedger, type ServedStart, withPools } from './ledger.ts';
import { MOST_SLOTS } from './most-slots.ts';
import { now, type Slot } from './observation.ts';
import type { ObservedPool } from './observed.ts';
import { startsPerMinute } from './rate.ts';
import type { Settings } from './settings.ts';

/** What was read of a pool. What could not be read is missing. */
export interface PoolReadings {
  template: string;
  /** Its version that a start gets now. */
  digest: string;
  takesRoom: boolean;
  /** Whether somebody is awaited by name. */
  isAwaited: boolean;
  /** What operators have set, where they have. */
  settings: Settings['pools'][string] | undefined;
  calendar: { count: number; reasons: string[] } | undefined;
  /** All of the last minutes. */
  starts: readonly ServedStart[] | undefined;
  slots: readonly Slot[] | undefined;
}

/** What is remembered, and at which moment. */
export interface Memory {
  ledger: Ledger;
  demand: DemandRecord;
  atMs: number;
}

/** All that is known of a pool: what was read of it, and what is remembered. */
export function observedPool(read: PoolReadings, before: Ledger, { ledger, demand, atMs }: Memory): ObservedPool {
  const { template, digest, takesRoom, isAwaited, settings, calendar, starts, slots } = read;
  const known = poolIn(ledger, template);
  const past = poolIn(before, template);
  // Where there is no pool, only what the calendar wants is prepared.
  const { floor, ceiling } = settings ?? { floor: 0, ceiling: Math.min(calendar?.count ?? MOST_SLOTS, MOST_SLOTS) };
  const expected = settings ? forecastSlots(demandFor(demand, template), known.makeMs) : 0;
  const own = starts?.filter((start) => start.template === template && !start.isPrepared);
  const rate = own && startsPerMinute(own, ledger.countedUntilMs);
  return {
    ...{ template, digest, floor, ceiling, takesRoom, makeMs: known.makeMs },
    ...(isAwaited && { isAwaited }),
    ...(calendar && { calendar: now(calendar) }),
    forecast: { value: expected, ageMs: settings ? atMs - ledger.countedUntilMs : 0 },
    ...(rate !== undefined && { claimsPerMinute: now(rate) }),
    ...(slots && { pool: now({ slots, outcomes: known.versions }) }),
    ...(known.last && { last: known.last }),
    newly: { hits: known.hits - past.hits, misses: known.misses - past.misses },
  };
}

function poolIn(ledger: Ledger, template: string): PoolLedger {
  const { pools } = withPools(ledger, [template]);
  const pool = pools[template];
  if (pool === undefined) throw new Error('A ledger with this pool has it.');
  return pool;
}

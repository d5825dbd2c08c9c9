import type { Start } from './demand.ts';
import { type Experience, type Making, NO_EXPERIENCE, withMakings } from './making.ts';
import type { Observation } from './observation.ts';
import type { ServersLedger } from './servers/memory.ts';
import type { ServerKind } from './servers/observed.ts';

/** What is remembered from plan to plan. Times are in milliseconds since the epoch. */
export interface Ledger {
  /** What happened before that moment is counted. */
  countedUntilMs: number;
  /** When slots were last seen. */
  seenAtMs?: number;
  /** By template. */
  pools: Record<string, PoolLedger>;
  /** Slots that were not whole when they were last seen. */
  suspects: string[];
  /** Missing where none were planned yet. */
  servers?: Partial<Record<ServerKind, ServersLedger>>;
}

/** What is remembered of one pool. */
export interface PoolLedger extends Experience {
  sinceMs: number;
  /** Starts that found a slot, and starts that went cold. */
  hits: number;
  misses: number;
  idleSlotHours: number;
  /** How many slots were ready when they were last seen. */
  ready: number;
  /** What was planned last. */
  last?: NonNullable<Observation['last']>;
}

/** A start, and whether it found a slot. */
export interface ServedStart extends Start {
  isHit: boolean;
  /** Whether it found one that was its developer's own: it took none of the others. */
  isPrepared: boolean;
}

/** What happened from one moment up to, and without, another. */
export interface Happened {
  starts: readonly ServedStart[];
  makings: readonly Making[];
}

export function emptyLedger(atMs: number): Ledger {
  return { countedUntilMs: atMs, pools: {}, suspects: [] };
}

/** The ledger with these pools and no others: one that is new is counted from now on. */
export function withPools(ledger: Ledger, templates: readonly string[]): Ledger {
  const pools = templates.map((template) => [template, ledger.pools[template] ?? emptyPool(ledger.countedUntilMs)]);
  return { ...ledger, pools: Object.fromEntries(pools) };
}

/** The ledger with what has happened since. What it has counted already, or is to count later, is of no matter. */
export function withHappened(ledger: Ledger, { starts, makings }: Happened, untilMs: number): Ledger {
  const isNew = (atMs: number): boolean => ledger.countedUntilMs <= atMs && atMs < untilMs;
  return {
    ...ledger,
    countedUntilMs: Math.max(ledger.countedUntilMs, untilMs),
    pools: mapPools(ledger, (pool, template) => {
      const own = starts.filter((start) => start.template === template && isNew(start.atMs));
      const hits = own.filter(({ isHit }) => isHit).length;
      const ended = makings.filter((making) => making.template === template && isNew(making.endedAtMs));
      const counted = { ...pool, hits: pool.hits + hits, misses: pool.misses + own.length - hits };
      return { ...counted, ...withMakings(pool, ended) };
    }),
  };
}

/**
 * The ledger with the slots that are seen at a moment. As many as were ready are taken to have been so until then.
 * @param ready how many are, by template
 * @param notWhole those that are ready, and not as they should be
 */
export function withSeen(
  ledger: Ledger,
  ready: ReadonlyMap<string, number>,
  notWhole: readonly string[],
  atMs: number,
): Ledger {
  const hours = Math.max(0, atMs - (ledger.seenAtMs ?? atMs)) / 3_600_000;
  return {
    ...ledger,
    seenAtMs: atMs,
    suspects: [...notWhole].sort(),
    pools: mapPools(ledger, (pool, template) => ({
      ...pool,
      idleSlotHours: pool.idleSlotHours + pool.ready * hours,
      ready: ready.get(template) ?? 0,
    })),
  };
}

/** The ledger with what is planned now. */
export function withPlans(
  ledger: Ledger,
  planned: Readonly<Record<string, NonNullable<Observation['last']>>>,
  servers: NonNullable<Ledger['servers']> = {},
): Ledger {
  return {
    ...ledger,
    // Of those that nothing is known of now, all stands.
    ...(Object.keys(servers).length > 0 && { servers: { ...ledger.servers, ...servers } }),
    pools: mapPools(ledger, (pool, template) => {
      const last = planned[template];
      return last === undefined ? pool : { ...pool, last };
    }),
  };
}

function emptyPool(sinceMs: number): PoolLedger {
  return { ...NO_EXPERIENCE, sinceMs, hits: 0, misses: 0, idleSlotHours: 0, ready: 0 };
}

function mapPools(ledger: Ledger, change: (pool: PoolLedger, template: string) => PoolLedger): Ledger['pools'] {
  const changed = Object.entries(ledger.pools).map(([template, pool]) => [template, change(pool, template)] as const);
  return Object.fromEntries(changed);
}

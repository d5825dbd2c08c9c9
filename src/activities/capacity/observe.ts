import { type Wanted, wantedAt } from '../../capacity/calendar.ts';
import { emptyRecord, startsSince, withStarts } from '../../capacity/demand-record.ts';
import { emptyLedger, type Ledger, withHappened, withPools, withSeen } from '../../capacity/ledger.ts';
import type { Observation } from '../../capacity/observation.ts';
import type { Observed } from '../../capacity/observed.ts';
import type { Memory } from '../../capacity/observed-pool.ts';
import { RATE_MS } from '../../capacity/rate.ts';
import { expectedSoon } from '../../capacity/servers/expected.ts';
import type { Settings } from '../../capacity/settings.ts';
import { DEFAULT_TEMPLATE } from '../../templates/specification.ts';
import type { Dependencies } from '../dependencies.ts';
import { awaitedNow } from './awaited.ts';
import type { Remembered } from './history.ts';
import { justFailed } from './just-failed.ts';
import { observePools } from './pools.ts';
import { type Read, readWorld, unlessUnread } from './read.ts';
import { observeServers } from './servers.ts';
import { type SeenSlots, seenSlots } from './slots.ts';

/** Lists lag behind: what happened later than that is counted by the next plan. */
const LAG_MS = 10_000;

/** All that capacity is planned by, as it is now. */
export async function observeCapacity(
  dependencies: Dependencies,
  settings: Settings,
  signal: AbortSignal,
): Promise<Observed> {
  const atMs = Date.now();
  const untilMs = atMs - LAG_MS;
  const remembered = await unlessUnread('the plan before', () => dependencies.history.remembered());
  const { ledger: before = emptyLedger(untilMs), demand = emptyRecord(untilMs) } = remembered ?? {};
  const sinceMs = Math.min(demand.untilMs, before.countedUntilMs, untilMs - RATE_MS);
  const read = await readWorld(dependencies, { starts: sinceMs, makings: before.countedUntilMs }, signal);
  const ledger = counted(before, read, untilMs);
  const isWhole = (name: string) => dependencies.slots.isWhole(name);
  const { slots, underway, makings } = read;
  const making = underway && makings && [...justFailed(makings, ledger.countedUntilMs), ...underway];
  // Which version works is remembered only: without that, slots stay as they are.
  const seen = remembered && slots && making && seenSlots(slots, making, isWhole, before.suspects, atMs);
  const anybodys = (read.starts ?? []).filter(isAnybodys);
  const cameSince = (template: string, sinceMs: number) => startsSince(demand, anybodys, template, sinceMs);
  const wanted = wantedAt(settings.calendar, atMs, DEFAULT_TEMPLATE, cameSince);
  const names = templatesOf(settings, wanted, seen, before);
  const memory = {
    ledger: seenNow(withPools(ledger, names), seen, atMs),
    demand: read.starts ? withStarts(demand, anybodys, untilMs) : demand,
    atMs,
  };
  const around = { names, settings, wanted, seen, starts: read.starts, before, memory };
  const { pools, headroom } = await observePools(dependencies, around, signal);
  const servers =
    dependencies.scaling &&
    (await observeServers(
      dependencies.scaling,
      {
        settings: settings.servers,
        ledger: memory.ledger,
        starts: read.starts,
        // Where it cannot be read what there was before, nothing is known of what is usual.
        expected: remembered && expectedSoon(wanted, memory.demand),
        atMs,
      },
      signal,
    ));
  const known = pools.map(({ template, digest, takesRoom }) => {
    return [template, { digest, takesRoom, outcomes: memory.ledger.pools[template]?.versions ?? [] }] as const;
  });
  return {
    ...{ atMs, pools, ledger: memory.ledger },
    ...(headroom && { headroom }),
    ...(servers && { servers }),
    expectation: {
      awaited: await awaitedNow(wanted.roster, dependencies.workflows),
      ...(seen && { slots: seen.prepared }),
      versions: Object.fromEntries(known),
    },
    ...(remembered ? isNews(memory, remembered) && { demand: memory.demand } : { isForgetful: true }),
  };
}

/** Those that anything is wanted of, or anything is there of. */
function templatesOf(settings: Settings, wanted: Wanted, seen: SeenSlots | undefined, before: Ledger): string[] {
  const there = seen ? [...seen.pools.keys(), ...seen.prepared.map(({ template }) => template)] : [];
  const names = [
    ...Object.keys(settings.pools),
    ...[...wanted.slots, ...wanted.roster].map(({ template }) => template),
    // Where slots could not be seen, there may be some of all that there were before.
    ...(seen ? there : Object.keys(before.pools)),
    // Once more, so that it is told that there are to be none.
    ...Object.keys(before.pools).filter((name) => isTold(before.pools[name]?.last)),
  ];
  return [...new Set(names)].sort();
}

/** Whether anything was told of a pool that would be untrue of one that there is not. */
function isTold(last: Observation['last']): boolean {
  return last !== undefined && (last.desired > 0 || last.breaker !== undefined);
}

/** What has happened is counted all together, or later. */
function counted(before: Ledger, { starts, makings }: Read, untilMs: number): Ledger {
  return starts && makings ? withHappened(before, { starts, makings }, untilMs) : before;
}

function seenNow(ledger: Ledger, seen: SeenSlots | undefined, atMs: number): Ledger {
  if (seen === undefined) return ledger;
  const ready = [...seen.pools].map(
    ([template, slots]) => [template, slots.filter(({ state }) => state === 'ready').length] as const,
  );
  return withSeen(ledger, new Map(ready), seen.notWhole, atMs);
}

function isAnybodys({ isPrepared }: { isPrepared: boolean }): boolean {
  return !isPrepared;
}

function isNews({ demand }: Memory, remembered: Remembered): boolean {
  return demand.untilMs !== remembered.demand?.untilMs;
}

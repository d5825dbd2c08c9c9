import { log } from '@temporalio/activity';
import type { Wanted } from '../../capacity/calendar.ts';
import type { Ledger } from '../../capacity/ledger.ts';
import { now, type Reading } from '../../capacity/observation.ts';
import { type ObservedPool, UNLIMITED } from '../../capacity/observed.ts';
import { type Memory, observedPool } from '../../capacity/observed-pool.ts';
import type { Settings } from '../../capacity/settings.ts';
import { roomFor } from '../../cluster/room.ts';
import type { Dependencies } from '../dependencies.ts';
import { type Read, unlessUnread } from './read.ts';
import type { SeenSlots } from './slots.ts';
import { type Version, versionOf } from './versions.ts';

/** What is known beside the pools themselves. */
export interface Surroundings {
  /** The templates that anything is wanted of, or anything is there of. */
  names: readonly string[];
  settings: Settings;
  wanted: Wanted;
  seen: SeenSlots | undefined;
  starts: Read['starts'];
  /** What was remembered before this look. */
  before: Ledger;
  memory: Memory;
}

/** What is known of the pools, and how many slots the cluster has room for where that can be read. */
export async function observePools(
  dependencies: Dependencies,
  { names, settings, wanted, seen, starts, before, memory }: Surroundings,
  signal: AbortSignal,
): Promise<{ pools: ObservedPool[]; headroom: Reading<number> | undefined }> {
  const versions = await Promise.all(names.map((name) => versionOf(name, dependencies.templates)));
  const isAwaited = (name: string | undefined) => wanted.roster.some(({ template }) => template === name);
  const pools = names.flatMap((template, index) => {
    const version = versions[index];
    const slots = seen && (seen.pools.get(template) ?? []);
    const digest = version && digestOf(template, version, memory, slots?.at(-1)?.digest);
    if (version === undefined || digest === undefined) return [];
    const { count, reasons } = wanted.slots.find((one) => one.template === template) ?? { count: 0, reasons: [] };
    const isGone = version.state === 'gone';
    const readings = {
      ...{ template, digest, slots, starts, takesRoom: takesRoom(version), isAwaited: isAwaited(template) },
      settings: isGone ? undefined : settings.pools[template],
      // Where it cannot be read who has come, it cannot be told who is still to come.
      calendar: starts && { count: isGone ? 0 : count, reasons },
    };
    return [observedPool(readings, before, memory)];
  });
  const isWanted = (name: string | undefined) =>
    pools.some(({ template, ceiling }) => template === name && ceiling > 0);
  const made = versions.filter((_, index) => isWanted(names[index]) || isAwaited(names[index]));
  return { pools, headroom: await headroomFor(dependencies, made, seen, signal) };
}

/** What was made last goes on being made where the template cannot be used: it will be mended. */
function digestOf(template: string, version: Version, { ledger }: Memory, seen?: string): string | undefined {
  if (version.state === 'there') return version.specification.template.digest;
  if (version.state === 'gone') log.warn(`There is no template '${template}' any more.`);
  if (version.state === 'unusable') log.warn(`The template '${template}' cannot be used: ${version.reason}`);
  const last = ledger.pools[template]?.last;
  return last?.breaker?.digest ?? last?.serve[0] ?? seen;
}

function takesRoom(version: Version): boolean {
  return version.state !== 'there' || Object.keys(version.specification.recipe.workload.pods).length > 0;
}

async function headroomFor(
  { cluster }: Dependencies,
  versions: readonly Version[],
  seen: SeenSlots | undefined,
  signal: AbortSignal,
): Promise<Reading<number> | undefined> {
  const recipes = versions.flatMap((version) =>
    version.state === 'there' && takesRoom(version) ? [version.specification.recipe] : [],
  );
  if (recipes.length === 0) return now(UNLIMITED);
  const slots = seen ? [...[...seen.pools.values()].flat(), ...seen.prepared] : [];
  const making = slots.filter(({ state }) => state === 'making').map(({ name }) => name);
  const value = await unlessUnread('nodes and pods', () => roomFor(cluster, recipes, making, signal));
  return value === undefined ? undefined : now(value);
}

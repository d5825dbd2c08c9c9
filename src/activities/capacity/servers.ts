import { log } from '@temporalio/activity';
import { rootCause } from '@temporalio/common';
import type { Ledger, ServedStart } from '../../capacity/ledger.ts';
import { fresh, now } from '../../capacity/observation.ts';
import { startsPerMinute } from '../../capacity/rate.ts';
import type { ExpectedStarts, ServerKind, ServersObserved } from '../../capacity/servers/observed.ts';
import { type ServersOrder, whyFixed } from '../../capacity/servers/plan.ts';
import type { ServersFailure } from '../../capacity/servers/report.ts';
import type { Settings } from '../../capacity/settings.ts';
import type { Scaler, Scaling } from '../scaling.ts';
import { unlessUnread } from './read.ts';

/** What is known beside the servers themselves. */
export interface Surroundings {
  settings: Settings['servers'];
  ledger: Ledger;
  /** All of the last minutes. */
  starts: readonly ServedStart[] | undefined;
  /** Missing where it is not known what there was before. */
  expected: ExpectedStarts | undefined;
  atMs: number;
}

/** What is known of the servers that are scaled here. What cannot be read is missing, so that it holds what there is. */
export async function observeServers(
  { scaler, queueLoad }: Scaling,
  { settings, ledger, starts, expected, atMs }: Surroundings,
  signal: AbortSignal,
): Promise<ServersObserved[]> {
  const queue = scaler.kinds.includes('workers') ? await unlessUnread("people's queue", queueLoad) : undefined;
  const countedMs = atMs - ledger.countedUntilMs;
  const rate = starts && startsPerMinute(starts, ledger.countedUntilMs);
  const observed = scaler.kinds.map(async (kind): Promise<ServersObserved> => {
    const limits = settings?.[kind];
    const last = ledger.servers?.[kind];
    const seen = await fleetOf(scaler, kind, signal);
    const fleet = fresh(seen.fleet);
    const isScaled = fleet !== undefined && whyFixed(fleet, limits ?? fleet.limits) === undefined;
    const read = async () => scaler.occupied(kind, signal);
    // Of those that are left alone it is shown where it can be told, and perhaps nobody can be asked.
    const occupied = await (isScaled ? unlessUnread(`what ${kind} have in hand`, read) : read().catch(() => undefined));
    return {
      kind,
      ...seen,
      ...(limits && { limits }),
      ...(occupied && { occupied: now(occupied) }),
      ...(kind === 'workers' && queue && { queue: now(queue) }),
      ...(expected && { expected: { value: expected, ageMs: countedMs } }),
      ...(rate !== undefined && { startsPerMinute: now(rate) }),
      ...(last && { last }),
    };
  });
  return await Promise.all(observed);
}

/** Operators are told why it cannot be read: nothing is planned meanwhile. */
async function fleetOf(
  scaler: Scaler,
  kind: ServerKind,
  signal: AbortSignal,
): Promise<Pick<ServersObserved, 'fleet' | 'failure'>> {
  try {
    return { fleet: now(await scaler.fleet(kind, signal)) };
  } catch (error) {
    const failure = `It cannot be told how many run: ${rootCause(error) ?? 'the cause is unknown'}`;
    log.warn(`Nothing is planned for ${kind}: ${failure}`);
    return { failure };
  }
}

/**
 * Carries orders out, each for itself.
 * @returns those that could not be
 */
export async function scaleServers(
  { scaler }: Scaling,
  orders: readonly ServersOrder[],
  signal: AbortSignal,
): Promise<ServersFailure[]> {
  const done = orders.map(async ({ kind, from, to }): Promise<ServersFailure[]> => {
    try {
      await scaler.scale(kind, from, to, signal);
      return [];
    } catch (error) {
      const failure = rootCause(error) ?? 'the cause is unknown';
      log.warn(`There cannot be ${to} ${kind} instead of ${from}: ${failure}`);
      return [{ kind, failure }];
    }
  });
  return (await Promise.all(done)).flat();
}

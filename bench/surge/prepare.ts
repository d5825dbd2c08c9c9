import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { CapacityReport } from '../../src/capacity/report.ts';
import type { Progress } from '../../src/local/progress.ts';
import { UserError } from '../../src/local/user-error.ts';
import { DEFAULT_TEMPLATE } from '../../src/templates/specification.ts';
import { planNow } from '../../src/temporal/capacity-schedule.ts';
import { listenersAt } from '../processes.ts';
import type { Bench } from '../servers.ts';
import type { Operator } from './operator.ts';
import type { Variant } from './variants.ts';

const MINUTE_MS = 60_000;
/** Between two looks at what is made; each asks for the next plan before its time. */
const LOOK_EVERY_MS = 3000;
/** After so long without anything new, nothing more is to be hoped for. */
const STUCK_AFTER_MS = 5 * MINUTE_MS;
/** Where there are processors for them. */
const API_SERVERS = 2;

/** What a launch is prepared with. */
interface Means {
  bench: Bench;
  operator: Operator;
  temporal: Client;
  progress: Progress;
}

/**
 * Has everything there that a launch begins with: slots for all who come, and API servers that serve.
 * @returns after how many milliseconds there was a slot for each; 0 where none was made
 * @throws UserError where that does not come to be, with what was planned
 */
export async function prepare({ isPrewarmed, scales }: Variant, developers: number, means: Means): Promise<number> {
  const began = performance.now();
  await means.operator.setCapacity({
    ...(isPrewarmed && {
      pools: { [DEFAULT_TEMPLATE]: { ceiling: developers } },
      calendar: [
        {
          // It holds from now on; those who come are counted from its start.
          start: localMinute(new Date(Date.now() - MINUTE_MS)),
          time_zone: 'Etc/UTC',
          ...{ lead: '1m', duration: '4h', template: DEFAULT_TEMPLATE, count: developers, reason: 'The launch' },
        },
      ],
    }),
    ...(scales && { servers: { api: { floor: API_SERVERS, ceiling: API_SERVERS } } }),
  });
  let fillingMs = 0;
  if (isPrewarmed) {
    await untilPlanned('slots are ready', ({ pools }) => [readyIn(pools), developers], means);
    fillingMs = performance.now() - began;
  }
  if (scales) await untilPlanned('API servers serve', (report) => servingIn(report, means.bench), means);
  return fillingMs;
}

function readyIn(pools: CapacityReport['pools']): number {
  return pools.find(({ template }) => template === DEFAULT_TEMPLATE)?.slots.ready ?? 0;
}

function servingIn({ settings, servers = [] }: CapacityReport, { api }: Bench): [number, number] {
  const planned = servers.find(({ kind }) => kind === 'api');
  // What was planned by other settings, or without having seen them, says nothing of it.
  const isOfThese = settings.servers?.api?.floor === API_SERVERS && planned?.running !== undefined;
  const wanted = isOfThese ? (planned.desired ?? API_SERVERS) : API_SERVERS;
  return [listenersAt(Number(new URL(api).port)) ?? planned?.running ?? 0, wanted];
}

/**
 * Has one plan made after the other, until there are as many as there should be.
 * @param count how many there are, and how many there should be
 */
async function untilPlanned(
  what: string,
  count: (report: CapacityReport) => [number, number],
  { operator, temporal, progress }: Means,
): Promise<void> {
  let [seen, seenAt] = [-1, performance.now()];
  for (;;) {
    const { report } = await operator.capacity();
    const [is, should] = report ? count(report) : [0, Number.POSITIVE_INFINITY];
    if (is >= should) return;
    if (report) progress.update(`${is} of ${should} ${what}`);
    if (is > seen) [seen, seenAt] = [is, performance.now()];
    if (performance.now() - seenAt > STUCK_AFTER_MS) {
      const stands = `${is} of ${should} ${what}, and there were no more for ${STUCK_AFTER_MS / MINUTE_MS} minutes`;
      const { pools, servers } = report ?? {};
      throw new UserError(`${stands}. The last plan: ${JSON.stringify({ pools, servers })}`);
    }
    await planNow(temporal);
    await sleep(LOOK_EVERY_MS);
  }
}

function localMinute(date: Date): string {
  return date.toISOString().slice(0, 'YYYY-MM-DDTHH:MM'.length);
}

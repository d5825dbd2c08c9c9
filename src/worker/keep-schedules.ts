import type { Client } from '@temporalio/client';
import { Runtime } from '@temporalio/worker';
import type { Floors } from '../capacity/floors.ts';
import { durationMs } from '../environment/duration.ts';
import { keepCanary, keepCapacity, keepSweep, restoreCapacity } from './schedules.ts';

const [MINUTE_MS, HOUR_MS] = [60_000, 3_600_000];

/** What is to be done again and again, as it is configured. */
export interface ScheduleOptions {
  /** How often; without it, not at all. */
  canaryEvery: string | undefined;
  sweepEvery: string | undefined;
  /** The pools that the installation is started with. */
  pools: Floors;
  /** Whether capacity is planned even where there are no pools. */
  isPlanned: boolean;
}

/**
 * Sees to it that all schedules are there, now and again and again: Temporal may lose everything while this worker runs, and
 * them with it.
 * @returns what ends it; the schedules stay
 */
export async function keepSchedules(client: Client, options: ScheduleOptions): Promise<() => void> {
  const { canaryEvery, sweepEvery, pools, isPlanned } = options;
  await Promise.all([
    keepCanary(client, canaryEvery),
    keepSweep(client, sweepEvery),
    keepCapacity(client, pools, isPlanned),
  ]);
  const sweepAgainMs = sweepEvery && Math.min(durationMs(sweepEvery), HOUR_MS);
  const timers = [
    sweepAgainMs && again(sweepAgainMs, 'the sweep', () => keepSweep(client, sweepEvery)),
    again(MINUTE_MS, 'capacity', () => restoreCapacity(client, pools, isPlanned)),
  ];
  return () => {
    for (const timer of timers) clearInterval(timer);
  };
}

function again(everyMs: number, what: string, keep: () => Promise<void>): NodeJS.Timeout {
  return setInterval(async () => {
    const warning = `The schedule of ${what} cannot be kept just now, and is tried again.`;
    await keep().catch((error) => Runtime.instance().logger.warn(warning, { error }));
  }, everyMs);
}

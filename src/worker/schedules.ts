import { type Client, ScheduleAlreadyRunning, type ScheduleClient, ScheduleNotFoundError } from '@temporalio/client';
import { type Floors, startedWith } from '../capacity/floors.ts';
import { CANARY } from '../environment/canary.ts';
import { durationMs } from '../environment/duration.ts';
import { changeCapacity, planNow } from '../temporal/capacity-schedule.ts';
import { HOUSEKEEPING_QUEUE, type SweepInput } from '../workflows/messages.ts';

/** What is done again and again, and by which workflow. */
interface Chore {
  id: string;
  workflowType: string;
  args: [object];
  summary: string;
}

/**
 * Makes sure that the canary runs as often as is configured, or not at all. All workers of an installation may do so at
 * once, and again at each of their starts.
 *
 * @param every a duration such as `15m`; without it, there is no canary
 */
export function keepCanary(client: Client, every: string | undefined): Promise<void> {
  const summary = 'shows with packets whether the cluster isolates environments';
  return keep(
    client,
    { id: 'isolation-canary', workflowType: 'IsolationCanaryWorkflow', args: [CANARY], summary },
    every,
  );
}

/** The same of the sweep. Where Temporal has lost everything, it begins with one. */
export function keepSweep(client: Client, every: string | undefined): Promise<void> {
  const summary = 'takes up environments whose workflow was lost, and undoes what was never finished';
  const args: [SweepInput] = [{ dryRun: false }];
  return keep(client, { id: 'sweep', workflowType: 'SweepWorkflow', args, summary }, every, {
    triggerImmediately: true,
  });
}

/**
 * Makes sure that the pools are there which the installation is started with. What operators have set since it was first
 * started so is kept; the schedule itself becomes as this release has it.
 * @param isPlanned whether capacity is planned even where there are no pools, since servers are scaled by that
 */
export async function keepCapacity(client: Client, pools: Floors, isPlanned = false): Promise<void> {
  let isChanged = false;
  await changeCapacity(client, (before) => {
    const started = startedWith(before, pools, isPlanned);
    isChanged = started !== undefined;
    return started ?? before;
  });
  if (isChanged) await planNow(client);
}

/** The same where Temporal has lost everything. Else nothing is changed: others may be started with other pools by now. */
export async function restoreCapacity(client: Client, pools: Floors, isPlanned = false): Promise<void> {
  const isRestored = await changeCapacity(client, (before) =>
    before ? undefined : startedWith(before, pools, isPlanned),
  );
  if (isRestored) await planNow(client);
}

async function keep(
  { schedule: schedules }: Client,
  chore: Chore,
  every: string | undefined,
  state: { triggerImmediately?: boolean } = {},
): Promise<void> {
  const handle = schedules.getHandle(chore.id);
  if (every === undefined) return await handle.delete().catch(unlessMissing);
  const options = scheduleOf(chore, every);
  try {
    await schedules.create({ ...options, state });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    // An operator who has paused it, wants it paused.
    await handle.update(({ state }) => ({ ...options, state }));
  }
}

function scheduleOf({ id, workflowType, args, summary }: Chore, every: string) {
  return {
    scheduleId: id,
    spec: { intervals: [{ every: durationMs(every) }] },
    action: {
      type: 'startWorkflow',
      workflowType,
      workflowId: id,
      taskQueue: HOUSEKEEPING_QUEUE,
      // One that is stuck must not keep all others from coming.
      workflowRunTimeout: '1h',
      args,
      staticSummary: summary,
    },
    // What was missed is of no interest: the next one is.
    policies: { overlap: 'SKIP', catchupWindow: '1m' },
  } as const satisfies Parameters<ScheduleClient['create']>[0];
}

function unlessMissing(error: unknown): void {
  if (!(error instanceof ScheduleNotFoundError)) throw error;
}

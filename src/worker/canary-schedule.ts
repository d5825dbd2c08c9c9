import { type Client, ScheduleAlreadyRunning, type ScheduleClient, ScheduleNotFoundError } from '@temporalio/client';
import { CANARY } from '../environment/canary.ts';
import { durationMs } from '../environment/duration.ts';
import { TASK_QUEUE } from '../workflows/messages.ts';

const ID = 'isolation-canary';

/**
 * Makes sure that the canary runs as often as is configured, or not at all. All workers of an installation may do so at
 * once, and again at each of their starts.
 *
 * @param every a duration such as `15m`; without it, there is no canary
 */
export async function keepCanary({ schedule: schedules }: Client, every: string | undefined): Promise<void> {
  const handle = schedules.getHandle(ID);
  if (every === undefined) return await handle.delete().catch(unlessMissing);
  const options = scheduleOf(every);
  try {
    await schedules.create(options);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    // An operator who has paused it, wants it paused.
    await handle.update(({ state }) => ({ ...options, state }));
  }
}

function scheduleOf(every: string) {
  return {
    scheduleId: ID,
    spec: { intervals: [{ every: durationMs(every) }] },
    action: {
      type: 'startWorkflow',
      workflowType: 'IsolationCanaryWorkflow',
      workflowId: ID,
      taskQueue: TASK_QUEUE,
      args: [CANARY],
      staticSummary: 'shows with packets whether the cluster isolates environments',
    },
    // What was missed is of no interest: the next one is.
    policies: { overlap: 'SKIP', catchupWindow: '1m' },
  } as const satisfies Parameters<ScheduleClient['create']>[0];
}

function unlessMissing(error: unknown): void {
  if (!(error instanceof ScheduleNotFoundError)) throw error;
}

import type { Client } from '@temporalio/client';
import type { Settings } from '../../capacity/settings.ts';
import { type CapacityNow, capacityNow } from '../../temporal/capacity-now.ts';
import { CapacityContended, changeCapacity, planNow } from '../../temporal/capacity-schedule.ts';
import { refuseForNow } from '../http/problems.ts';
import type { PromptCalls } from '../temporal/prompt-calls.ts';

/** It is a matter of who writes first, and no sign of load. */
const RETRY_AFTER_S = '1';

/**
 * Sets pools and calendar, and has capacity planned by them.
 * @returns what stands then; the plan comes later
 * @throws ProblemError where too many set something at once
 */
export async function setCapacity(client: Client, calls: PromptCalls, settings: Settings): Promise<CapacityNow> {
  try {
    // Nothing is set as well: there may be slots though Temporal has lost what they were made for.
    await calls.make(() => changeCapacity(client, (before) => ({ ...before, settings })));
  } catch (error) {
    if (!(error instanceof CapacityContended)) throw error;
    throw refuseForNow(`${error.message} Send it again, if it is still right.`, RETRY_AFTER_S);
  }
  await calls.make(() => planNow(client));
  return await calls.make(() => capacityNow(client));
}

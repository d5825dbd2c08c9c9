import { type Client, type ScheduleDescription, WorkflowNotFoundError } from '@temporalio/client';
import type { CapacityReport } from '../capacity/report.ts';
import { NO_POOLS, type Settings } from '../capacity/settings.ts';
import type { CapacityMemo } from '../workflows/messages.ts';
import { describeCapacity } from './capacity-schedule.ts';

/** What is set now, and what was planned last. */
export interface CapacityNow {
  settings: Settings;
  /** Whether an operator has paused the schedule: nothing is planned then. */
  paused: boolean;
  /** Missing until there is a plan. It may still go by what was set before. */
  report?: CapacityReport;
}

/** Reads it from Temporal. */
export async function capacityNow(client: Client): Promise<CapacityNow> {
  const found = await describeCapacity(client);
  if (found === undefined) return { settings: NO_POOLS, paused: false };
  const { kept, description } = found;
  const report = await latestReport(client, description);
  return { settings: kept.settings, paused: description.state.paused, ...(report && { report }) };
}

/** One that has just begun has no plan yet, and one that failed may have none. */
async function latestReport(client: Client, { info }: ScheduleDescription): Promise<CapacityReport | undefined> {
  for (const { action } of info.recentActions.toReversed()) {
    const { workflowId, firstExecutionRunId } = action.workflow;
    const memo = await memoOf(client, workflowId, firstExecutionRunId);
    if (memo?.capacity !== undefined) return memo.capacity;
  }
  return undefined;
}

async function memoOf(client: Client, id: string, run: string): Promise<Partial<CapacityMemo> | undefined> {
  try {
    return (await client.workflow.getHandle(id, run).describe()).memo;
  } catch (error) {
    // Temporal keeps what has ended for some time only.
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    return undefined;
  }
}

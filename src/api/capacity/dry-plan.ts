import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { CapacityReport } from '../../capacity/report.ts';
import type { Settings } from '../../capacity/settings.ts';
import { type CapacityInput, HOUSEKEEPING_QUEUE } from '../../workflows/messages.ts';
import type { PromptCalls } from '../temporal/prompt-calls.ts';
import { resultInTime } from '../temporal/result-in-time.ts';

type CapacityWorkflow = (input: CapacityInput) => Promise<CapacityReport>;

/**
 * Tells what would be planned if this were set, and changes nothing.
 * @throws ProblemError where it takes long, or could not be done
 */
export async function dryPlan(client: Client, calls: PromptCalls, settings: Settings): Promise<CapacityReport> {
  const plan = await calls.make(() =>
    client.workflow.start<CapacityWorkflow>('CapacityWorkflow', {
      workflowId: `capacity/dry-run/${randomUUID()}`,
      taskQueue: HOUSEKEEPING_QUEUE,
      args: [{ settings, dryRun: true }],
      // Nobody waits any longer.
      workflowExecutionTimeout: '1m',
      staticSummary: 'tells what would be planned',
    }),
  );
  return await resultInTime(client, calls, plan, '');
}

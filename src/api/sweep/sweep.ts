import type { Client } from '@temporalio/client';
import type { SweepReport } from '../../environment/sweep/report.ts';
import { HOUSEKEEPING_QUEUE } from '../../workflows/messages.ts';
import type { SweepWorkflow } from '../../workflows/sweep.ts';
import type { PromptCalls } from '../temporal/prompt-calls.ts';
import { resultInTime } from '../temporal/result-in-time.ts';

/**
 * Compares what exists with what is known, now; whoever asks for the same meanwhile shares the pass.
 * @throws ProblemError where it takes long, or could not be done
 */
export async function sweep(client: Client, calls: PromptCalls, dryRun: boolean): Promise<SweepReport> {
  const pass = await calls.make(() =>
    client.workflow.start<typeof SweepWorkflow>('SweepWorkflow', {
      workflowId: dryRun ? 'sweep/dry-run' : 'sweep/by-hand',
      taskQueue: HOUSEKEEPING_QUEUE,
      args: [{ dryRun }],
      workflowIdConflictPolicy: 'USE_EXISTING',
      // What nobody waits for any more comes by the schedule.
      workflowExecutionTimeout: '10m',
      staticSummary: dryRun ? 'tells what a sweep would do' : 'a sweep that an operator asked for',
    }),
  );
  return await resultInTime(client, calls, pass, ', and goes on');
}

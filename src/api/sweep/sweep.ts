import { type Client, WorkflowFailedError } from '@temporalio/client';
import { rootCause } from '@temporalio/common';
import type { SweepReport } from '../../environment/sweep/report.ts';
import { TASK_QUEUE } from '../../workflows/messages.ts';
import type { SweepWorkflow } from '../../workflows/sweep.ts';
import { deadlineIn, waitUntil } from '../environments/wait-until.ts';
import { refuse, refuseForNow } from '../http/problems.ts';
import type { PromptCalls } from '../temporal/prompt-calls.ts';

/** Shorter than the command waits for an answer. */
const WAIT_MS = 50_000;
const RETRY_AFTER_S = 10;

/**
 * Compares what exists with what is known, now; whoever asks for the same meanwhile shares the pass.
 * @throws ProblemError where it takes long, or could not be done
 */
export async function sweep(client: Client, calls: PromptCalls, dryRun: boolean): Promise<SweepReport> {
  const pass = await calls.make(() =>
    client.workflow.start<typeof SweepWorkflow>('SweepWorkflow', {
      workflowId: dryRun ? 'sweep/dry-run' : 'sweep/by-hand',
      taskQueue: TASK_QUEUE,
      args: [{ dryRun }],
      workflowIdConflictPolicy: 'USE_EXISTING',
      // What nobody waits for any more comes by the schedule.
      workflowExecutionTimeout: '10m',
      staticSummary: dryRun ? 'tells what a sweep would do' : 'a sweep that an operator asked for',
    }),
  );
  try {
    const report = await waitUntil(client, calls, deadlineIn(WAIT_MS), () => pass.result());
    if (report !== undefined) return report;
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const cause = (rootCause(error) ?? 'The cause is unknown').replace(/\.$/, '');
    throw refuse('cluster-failed', `${cause}. Try again when the cluster answers.`);
  }
  const detail = `It was not over within ${WAIT_MS / 1000} s, and goes on. Ask again; GET /health says whether a worker runs.`;
  throw refuseForNow(detail, RETRY_AFTER_S);
}

import { type Client, WorkflowFailedError } from '@temporalio/client';
import { rootCause } from '@temporalio/common';
import { HOUSEKEEPING_QUEUE } from '../../workflows/messages.ts';
import { askAgainOf } from '../admission/ask-again.ts';
import { deadlineIn, waitUntil } from '../environments/wait-until.ts';
import { refuse, refuseForNow } from '../http/problems.ts';
import type { PromptCalls } from './prompt-calls.ts';

/** Shorter than the command waits for an answer. */
const WAIT_MS = 50_000;

/**
 * What a workflow of the house comes to, which looks at all of the cluster.
 *
 * @param late - what else is said where it takes longer than callers wait
 * @throws ProblemError where it takes long, or could not be done
 */
export async function resultInTime<T>(
  client: Client,
  calls: PromptCalls,
  run: { result: () => Promise<T> },
  late: string,
): Promise<T> {
  try {
    const outcome = await waitUntil(client, calls, deadlineIn(WAIT_MS), () => run.result());
    if (outcome !== undefined) return outcome;
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const cause = (rootCause(error) ?? 'The cause is unknown').replace(/\.$/, '');
    throw refuse('cluster-failed', `${cause}. Try again when the cluster answers.`);
  }
  const detail = `It was not over within ${WAIT_MS / 1000} s${late}. Ask again; GET /health says whether a worker runs.`;
  throw refuseForNow(detail, await askAgainOf(client, HOUSEKEEPING_QUEUE));
}

import type { WorkflowHandle } from '@temporalio/client';

/** So many signals of this size are more than Temporal wants one history to hold. */
const SIGNALS = 5;
const CONTENT = 'x'.repeat(1_000_000);

/**
 * Makes the history of a workflow long.
 * @param task has the workflow do a task: the size of a history is told with one, and counts what came before it
 */
export async function grow(workflow: WorkflowHandle, task: () => Promise<unknown>): Promise<void> {
  for (let sent = 0; sent < SIGNALS; sent++) {
    await task();
    await workflow.signal('nothing-listens-to-this', CONTENT);
  }
}

import type { WorkflowExecutionDescription } from '@temporalio/client';
import { isDefect } from '../../environment/defect.ts';
import { ProblemError } from '../http/problems.ts';
import { type LifeRecord, shown } from './life-record.ts';

/**
 * A worker that dies in the middle of a task makes it fail once or twice. While no worker runs, none fails. A task that
 * fails begins again at once, and from then on after the 10 s that Temporal gives each.
 */
const MOST_ATTEMPTS = 3;

type PendingTask = NonNullable<WorkflowExecutionDescription['raw']['pendingWorkflowTask']>;

/** Since when a workflow fails one attempt after the other at the same task: RFC 3339, or `undefined` where it does not. */
export function failingSinceOf(task: PendingTask | null | undefined): string | undefined {
  if ((task?.attempt ?? 1) <= MOST_ATTEMPTS) return undefined;
  const seconds = Number(task?.originalScheduledTime?.seconds ?? 0);
  return new Date(seconds * 1000).toISOString();
}

/**
 * Makes sure that it is worth waiting for a life.
 * @throws ProblemError where a defect holds it up
 */
export function mustGoOn(life: LifeRecord): void {
  const { problem } = shown(life);
  if (isDefect(problem)) throw new ProblemError(problem);
}

import type { WorkflowStartOptions } from '@temporalio/client';
import { queued } from '../../environment/queued.ts';
import type { Specification } from '../../environment/request.ts';
import type { EnvironmentWorkflow } from '../../workflows/environment.ts';
import { lifeOptions } from '../../workflows/life-options.ts';

/** How a life is started, or joined where one runs already. */
export function startOptions(
  specification: Specification,
): WorkflowStartOptions<typeof EnvironmentWorkflow> & { workflowIdConflictPolicy: 'USE_EXISTING' } {
  const environment = queued(specification, new Date());
  return {
    ...lifeOptions({ specification, environment }),
    workflowIdConflictPolicy: 'USE_EXISTING',
  };
}

/**
 * By what all share one update who wait for the same: that a life becomes ready, after this run or from this sleep. Once
 * an update is answered, its id has that answer for ever.
 */
export function startId(run = 'none', sleep?: string): string {
  return sleep === undefined ? `start-${run}` : `start-${run}-${sleep}`;
}

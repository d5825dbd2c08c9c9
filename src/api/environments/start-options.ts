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
 * By what all share one update who begin a life after the same run. Once an update is answered, its id has that answer
 * for ever, also where its run has closed: so no run is asked for anything by the name under which the next one begins.
 */
export function beginningAfter(previous = 'none'): string {
  return `start-after-${previous}`;
}

/** By what all share one update who wait until a run is awake: for the first time, or after it fell asleep. */
export function awakening(run: string, lastSleep = 'first'): string {
  return `awake-${run}-${lastSleep}`;
}

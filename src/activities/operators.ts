import { cancellationSignal } from '@temporalio/activity';
import { warnOperators } from '../cluster/event.ts';
import type { Dependencies } from './dependencies.ts';

/** What operators are told where they look for what is wrong with the cluster. */
export function operatorActivities({ cluster }: Dependencies) {
  return {
    /** @param teardown the workflow that was given up */
    reportAbandonment: (teardown: string, note: string): Promise<void> =>
      warnOperators(cluster, { reason: 'TeardownAbandoned', note, action: 'Abandon' }, teardown, cancellationSignal()),

    /** @param planner the workflow that has set a version of a template aside */
    reportSetAside: (planner: string, note: string): Promise<void> =>
      warnOperators(cluster, { reason: 'TemplateSetAside', note, action: 'Plan' }, planner, cancellationSignal()),
  };
}

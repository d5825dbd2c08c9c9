import { cancellationSignal } from '@temporalio/activity';
import { warnOperators } from '../cluster/proof/event.ts';
import type { Dependencies } from './dependencies.ts';

/** What operators are told where they look for what is wrong with the cluster. */
export function operatorActivities({ cluster }: Dependencies) {
  return {
    /** @param teardown the workflow that was given up */
    reportAbandonment: (teardown: string, note: string): Promise<void> => {
      const warning = { reason: 'TeardownAbandoned', action: 'Abandon', note, instance: teardown } as const;
      return warnOperators(cluster, warning, cancellationSignal());
    },
  };
}

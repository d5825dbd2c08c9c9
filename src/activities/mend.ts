import { activityInfo, cancellationSignal, log, metricMeter } from '@temporalio/activity';
import type { Reference } from '../cluster/client.ts';
import { ClusterError } from '../cluster/errors.ts';
import { warn, warnOperators } from '../cluster/event.ts';
import { mend } from '../cluster/mend.ts';
import { mustNotBeElsewhere } from '../cluster/whereabouts.ts';
import { type Finding, isNews, type Mending, unrestored } from '../environment/drift.ts';
import type { Environment } from '../environment/environment.ts';
import type { Namespace } from '../environment/life.ts';
import type { Specification } from '../environment/request.ts';
import type { Dependencies } from './dependencies.ts';

const REASONS = {
  restored: 'DriftRestored',
  removed: 'DriftRemoved',
  'not restored': 'DriftNotRestored',
  lost: 'EnvironmentLost',
} as const satisfies Record<Finding['what'], string>;
const FOUND = 'Objects of environments that were found otherwise than they should be, by what has become of them.';

/** What keeps environments as they should be. */
export function mendActivities({ cluster, ownershipKey }: Dependencies) {
  return {
    /**
     * Compares an environment with the cluster and restores what differs. Each change is an event in its namespace; that
     * the namespace is gone, one in Berth's own.
     * @param environment as it is known: what is known not to be restored is not told again
     */
    async mend(specification: Specification, namespace: Namespace, environment: Environment): Promise<Mending> {
      const signal = cancellationSignal();
      const instance = activityInfo().workflowExecution?.workflowId ?? '';
      const found = metricMeter.createCounter('berth_drift', '', FOUND);
      const event = ({ object, what, message }: Finding) => ({
        reason: REASONS[what],
        note: `${object} was ${what}: ${message}`,
        action: 'Mend',
      });
      const place = {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: namespace.name, namespace: namespace.name },
      };
      const told = async (finding: Finding, regarding: Reference = place): Promise<void> => {
        found.add(1, { what: finding.what });
        await warn(cluster, { ...event(finding), regarding }, instance, signal).catch(untold);
      };
      const mending = await mend(cluster, ownershipKey, {
        namespace,
        specification,
        environment,
        onChange: told,
        signal,
      });
      if (!mending.isThere) {
        await mustNotBeElsewhere(cluster, namespace, signal);
        const lost = lostNamespace(namespace);
        found.add(1, { what: lost.what });
        await warnOperators(cluster, event(lost), instance, signal).catch(untold);
        return { ...mending, findings: [lost] };
      }
      const left = mending.findings.filter(({ what }) => what === 'not restored');
      for (const one of left) if (isNews(one, unrestored(environment))) await told(one);
      return mending;
    },
  };
}

function lostNamespace({ name }: Namespace): Finding {
  return { object: `Namespace ${name}`, what: 'lost', message: 'somebody deleted it, with all that was in it' };
}

/** What was done is in the environment's status as well: for want of an event nothing is done again. */
function untold(error: unknown): void {
  if (!(error instanceof ClusterError)) throw error;
  log.warn('An event could not be written.', { reason: error.message });
}

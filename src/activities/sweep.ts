import { cancellationSignal, log, metricMeter } from '@temporalio/activity';
import { warnOperators } from '../cluster/event.ts';
import { type Lived, recallLife } from '../cluster/recall-life.ts';
import { locator } from '../cluster/whereabouts.ts';
import type { Identity } from '../environment/identity.ts';
import type { Life } from '../environment/life.ts';
import { type Finding, isTold, type SweepReport } from '../environment/sweep/report.ts';
import { findingText } from '../environment/sweep/text.ts';
import type { Dependencies } from './dependencies.ts';
import { type Survey, survey } from './survey.ts';

/** What compares that which exists with that which is known, and who is told of it. */
export function sweepActivities({ cluster, ownershipKey, workflows, sweepGraceMs }: Dependencies) {
  const located = locator(cluster);
  return {
    /** Looks at everything, and takes up what was lost; or only tells what would be done. */
    survey(dryRun: boolean): Promise<Survey> {
      const signal = cancellationSignal();
      const tell = (finding: Finding): void => {
        if (isTold(finding)) log.warn(`${dryRun ? 'would ' : ''}${findingText(finding)}`);
      };
      return survey({ cluster, ownershipKey, workflows, sweepGraceMs, located, dryRun, signal, tell });
    },

    /** A life as it was when it last became ready, fell asleep or was extended. */
    async recallLife(identity: Identity, life: Life): Promise<Lived | undefined> {
      const signal = cancellationSignal();
      const lived = await recallLife(cluster, ownershipKey, identity, life, signal);
      return lived && { ...lived, namespace: await located(lived.namespace, signal) };
    },

    /**
     * Tells operators what a pass has come to, by metrics and, where it was stopped, by an event in the cluster.
     * @param name of the workflow that made it
     */
    async reportSweep({ at, counts, alarm }: SweepReport, name: string): Promise<void> {
      const namespaces = metricMeter.createGauge('berth_sweep_namespaces', 'int', '', NAMESPACES);
      const stopped = metricMeter.createGauge('berth_sweep_stopped', 'int', '', STOPPED);
      const sweptAt = metricMeter.createGauge('berth_sweep_at', 'int', 's', SWEPT_AT);
      for (const [verdict, count] of Object.entries(counts)) namespaces.set(count, { verdict });
      stopped.set(alarm === undefined ? 0 : 1);
      sweptAt.set(Math.floor(Date.parse(at) / 1000));
      if (alarm === undefined) return;
      log.warn(alarm);
      const told = { reason: 'SweepStopped', note: alarm, action: 'Sweep' };
      await warnOperators(cluster, told, name, cancellationSignal());
    },
  };
}

const NAMESPACES = 'How many namespaces the last sweep has decided on, by its verdict.';
const STOPPED = 'Whether the last sweep would have undone too much, and so undid nothing.';
const SWEPT_AT = 'When the last sweep began, in seconds since the epoch.';

import { cancellationSignal, log } from '@temporalio/activity';
import type { Observed, ObservedPool } from '../capacity/observed.ts';
import type { PoolReport } from '../capacity/report.ts';
import type { ServersOrder } from '../capacity/servers/plan.ts';
import type { ServersFailure, ServersReport } from '../capacity/servers/report.ts';
import type { Settings } from '../capacity/settings.ts';
import type { Specification } from '../environment/request.ts';
import type { Leftover } from '../environment/sweep/leftover.ts';
import { showPool, showServers } from './capacity/metrics.ts';
import { observeCapacity } from './capacity/observe.ts';
import { scaleServers } from './capacity/servers.ts';
import { takeBack } from './capacity/slots-to-go.ts';
import { specifySlots, type VersionName } from './capacity/specify.ts';
import type { Dependencies } from './dependencies.ts';

/** What capacity is planned by, and what a plan does. Each may be done twice. */
export function capacityActivities(dependencies: Dependencies) {
  return {
    observeCapacity: (settings: Settings): Promise<Observed> =>
      observeCapacity(dependencies, settings, cancellationSignal()),

    /** Takes slots back that nobody has claimed, and finds all that are to be torn down. */
    takeBackSlots: (names: string[]): Promise<Leftover[]> => takeBack(dependencies, names, cancellationSignal()),

    /** What slots of a version are made of, but for whose they are; `null` where nobody knows that any more. */
    async specifySlots(version: VersionName): Promise<Specification | null> {
      const specification = await specifySlots(dependencies, version, cancellationSignal());
      if (specification === undefined) log.warn(`No slot of ${version.name} is known to be made of ${version.digest}.`);
      return specification ?? null;
    },

    /** Has as many servers run as were planned, and says of which that could not be done. */
    async scaleServers(orders: ServersOrder[], again: boolean): Promise<ServersFailure[]> {
      const { scaling } = dependencies;
      // Planned by a worker that is told to scale, and taken by one that is not: the next plan comes.
      if (scaling === undefined) return orders.map(({ kind }) => ({ kind, failure: 'this worker scales nothing.' }));
      const failed = await scaleServers(scaling, orders, cancellationSignal());
      if (again) scaling.planSoon();
      return failed;
    },

    /** Tells operators by metrics what a plan has come to. What it counts is counted again where it is done twice. */
    showPools(pools: [PoolReport, ObservedPool['newly']][], at: string, servers: ServersReport[] = []): Promise<void> {
      for (const [report, newly] of pools) showPool(report, newly, at);
      for (const report of servers) showServers(report, at);
      return Promise.resolve();
    },
  };
}

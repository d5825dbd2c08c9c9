import type { Client } from '@temporalio/client';
import type { Scaler, Scaling } from '../../activities/scaling.ts';
import type { Cluster } from '../../cluster/client.ts';
import { Children } from './children.ts';
import { type DeploymentNames, Deployments } from './deployments.ts';
import { queueLoad } from './queue-load.ts';
import { requestsInFlight } from './requests-in-flight.ts';
import { slotsInUse } from './slots-in-use.ts';

/** How servers are scaled, as it is configured. */
export type ScaleBy =
  | { by: 'children' }
  | {
      by: 'deployments';
      names: DeploymentNames;
      /** Where API servers are asked what they have in hand. */
      apiServers: URL | undefined;
    };

/** What scaling works with. */
export interface ScalingParts {
  client: Client;
  cluster: Cluster;
  /** Has another plan made soon. */
  planSoon(): void;
}

/**
 * How servers are scaled; `undefined` where nothing says how.
 * @throws Error where there is nobody to have them scaled
 */
export function scalingBy(
  scale: ScaleBy | undefined,
  { client, cluster, planSoon }: ScalingParts,
): Scaling | undefined {
  if (scale === undefined) return undefined;
  return { scaler: scalerBy(scale, client, cluster), queueLoad: () => queueLoad(client), planSoon };
}

function scalerBy(scale: ScaleBy, client: Client, cluster: Cluster): Scaler {
  if (scale.by === 'children') {
    if (process.send === undefined)
      throw new Error('BERTH_SCALE=children is for workers that npm start starts: leave it out, or name Deployments.');
    return new Children(process);
  }
  return new Deployments(cluster, scale.names, {
    workers: () => slotsInUse(client),
    api: (signal) => {
      if (scale.apiServers === undefined)
        throw new Error('nobody can be asked: set BERTH_API_SERVERS to the URL of their headless Service');
      return requestsInFlight(scale.apiServers, signal);
    },
  });
}

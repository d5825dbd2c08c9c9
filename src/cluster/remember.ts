import type { Environment } from '../environment/environment.ts';
import type { Namespace } from '../environment/life.ts';
import type { Cluster } from './client.ts';
import { ANNOTATION } from './ownership.ts';

/**
 * Has a namespace remember how its environment is, so that it can be taken up again where Temporal has lost it.
 * @throws ClusterError, also where it is gone, or another has taken its name
 */
export async function remember(
  cluster: Cluster,
  { name, uid }: Namespace,
  environment: Environment,
  signal?: AbortSignal,
): Promise<void> {
  const annotations = { [ANNOTATION.environment]: JSON.stringify(environment) };
  await cluster.annotate({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, uid, annotations, signal);
}

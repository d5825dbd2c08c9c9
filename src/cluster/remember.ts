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
  // Where Temporal was restored from before its end was begun, it has none any more.
  const annotations = { [ANNOTATION.environment]: JSON.stringify(environment), [ANNOTATION.ended]: null };
  await cluster.merge({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, annotations } }, uid, signal);
}

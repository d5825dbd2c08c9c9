import type { Environment } from '../environment/environment.ts';
import type { Namespace } from '../environment/life.ts';
import type { Cluster } from './client.ts';
import { ClusterError } from './errors.ts';
import { ANNOTATION } from './ownership.ts';

/**
 * Has a namespace remember how its environment is, so that it can be taken up again where Temporal has lost it. What is
 * gone remembers nothing.
 */
export async function remember(
  cluster: Cluster,
  { name, uid }: Namespace,
  environment: Environment,
  signal?: AbortSignal,
): Promise<void> {
  const annotations = { [ANNOTATION.environment]: JSON.stringify(environment) };
  try {
    await cluster.merge({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, annotations } }, uid, signal);
  } catch (error) {
    const isGone = error instanceof ClusterError && (error.status === 404 || error.class === 'conflict');
    if (!isGone) throw error;
  }
}

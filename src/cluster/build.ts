import type { KubernetesObject } from '@kubernetes/client-node';
import type { Namespace } from '../environment/life.ts';
import type { Specification } from '../environment/request.ts';
import type { Cluster } from './client.ts';
import { ClusterError } from './errors.ts';
import { isMadeByCluster } from './objects/access.ts';
import { type DesiredObject, desiredObjects } from './objects/desired.ts';
import { readOwn } from './own-namespace.ts';

/**
 * Builds the workload of an environment in its namespace: what pods need before the pods. Objects are written by the
 * namespace's name, which may have become another's meanwhile: so whose it is comes first.
 *
 * @throws ClusterError, also where the namespace is not ours any more
 */
export async function buildWorkload(
  cluster: Cluster,
  ownershipKey: Buffer,
  namespace: Namespace,
  specification: Specification,
  signal?: AbortSignal,
): Promise<void> {
  if ((await readOwn(cluster, ownershipKey, namespace, specification, signal)) === undefined) {
    const message = `The namespace ${namespace.name} is not that of this environment any more.`;
    throw new ClusterError(message, { class: 'final' });
  }
  await buildInOrder(cluster, desiredObjects(namespace.name, specification.recipe).workload, signal);
}

/** Writes one group after the other, the objects of a group side by side. @returns each as the apiserver now has it */
export async function buildInOrder(
  cluster: Cluster,
  groups: readonly DesiredObject[][],
  signal?: AbortSignal,
): Promise<KubernetesObject[]> {
  const written: KubernetesObject[] = [];
  for (const group of groups) {
    // What the cluster makes by itself is most likely there before us: a create would only be refused.
    const write = (object: DesiredObject): Promise<DesiredObject> =>
      isMadeByCluster(object) ? cluster.apply(object, signal) : cluster.ensure(object, signal);
    written.push(...(await Promise.all(group.map(write))));
  }
  return written;
}

import type { KubernetesObject } from '@kubernetes/client-node';
import type { Namespace } from '../environment/life.ts';
import type { Specification } from '../environment/request.ts';
import type { Cluster } from './client.ts';
import { type DesiredObject, desiredObjects } from './objects/desired.ts';
import { mustBeOwn } from './own-namespace.ts';

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
  await mustBeOwn(cluster, ownershipKey, namespace, specification, signal);
  // Applied, not created: a step that is done again would create what is there, which a quota counts once more before
  // the apiserver refuses it.
  await buildInOrder(desiredObjects(namespace.name, specification.recipe).workload, (object) =>
    cluster.apply(object, signal),
  );
}

/** Writes one group after the other, the objects of a group side by side. @returns what each write answered */
export async function buildInOrder(
  groups: readonly DesiredObject[][],
  write: (object: DesiredObject) => Promise<KubernetesObject>,
): Promise<KubernetesObject[]> {
  const written: KubernetesObject[] = [];
  for (const group of groups) written.push(...(await Promise.all(group.map(write))));
  return written;
}
